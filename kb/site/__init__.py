"""The web site: Datasette on the exported SQLite file, and the pages that Datasette alone does not have."""
