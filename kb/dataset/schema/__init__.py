"""Every table and column of the database, declared once.

DDL, database comments, the generated documentation and the web metadata all come from here. The declarations
themselves are in :mod:`kb.dataset.schema.hardware` (facts about an instance type), :mod:`kb.dataset.schema.verdicts` (what
happens to a key), :mod:`kb.dataset.schema.evidence` (the sentences behind that) and :mod:`kb.dataset.schema.tables` (the
rest, and the order).
"""

from __future__ import annotations

from kb.dataset.schema.core import SCHEMA_VERSION, Column, Table
from kb.dataset.schema.tables import TABLES

__all__ = ["SCHEMA_VERSION", "TABLES", "Column", "Table", "table"]


def table(name: str) -> Table:
    """Return the declaration of one table.

    Raises:
        KeyError: no table has that name; the message lists the tables.
    """
    tables = {each.name: each for each in TABLES}
    if name not in tables:
        raise KeyError(f"no table called {name!r}; the tables are: {', '.join(tables)}")
    return tables[name]
