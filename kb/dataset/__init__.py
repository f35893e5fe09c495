"""What the text files under ``data/``, the tables of the database and the SQL of ``queries/`` look like."""
