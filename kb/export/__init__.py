"""What is made from the built database, and from nothing else."""
