"""EC2's own hardware facts: from the live API, and from the capture of it that the package moto carries."""
