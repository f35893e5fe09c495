"""The key that the schema declares for a table names exactly one row."""

from __future__ import annotations

from kb.checks.core import Check
from kb.dataset.schema import TABLES, Table


def _query(table: Table) -> str:
    name = ", ".join(f"coalesce(CAST({column} AS VARCHAR), '-')" for column in table.key)
    return (
        f"SELECT '{table.name}: ' || concat_ws(' ', {name}) AS subject, count(*) || ' rows' AS detail "
        f"FROM {table.name} GROUP BY {', '.join(table.key)} HAVING count(*) > 1"
    )


CHECK = Check(
    name="keys_unique",
    description="the key of every table names exactly one row",
    scope=tuple(table.name for table in TABLES),
    sql="\nUNION ALL\n".join(_query(table) for table in TABLES),
)
