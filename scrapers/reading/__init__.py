"""How AWS's web pages, AWS's APIs, packages and git histories are read, and JSON strictly."""
