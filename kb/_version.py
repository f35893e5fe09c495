"""Versions of the code and of the form of the data; the version of the data itself is ``kb.DATA_VERSION``."""

__version__ = "0.1.0"

#: Raised by one whenever a table or column is renamed, removed, or changes its meaning.
SCHEMA_VERSION = 3
