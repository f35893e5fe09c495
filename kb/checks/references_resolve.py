"""A column that refers to another table names a row that exists there."""

from __future__ import annotations

from kb.checks.core import Check
from kb.dataset.schema import TABLES, Table, table


def _query(holder: Table, column: str, target: str) -> str:
    (key,) = table(target).key
    return (
        f"SELECT '{holder.name}.{column}: ' || h.{column} AS subject, count(*) || ' rows; not in {target}' AS detail "
        f"FROM {holder.name} AS h WHERE h.{column} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.{key} = h.{column}) GROUP BY h.{column}"
    )


CHECK = Check(
    name="references_resolve",
    description="a column that refers to another table names an existing row",
    scope=tuple(each.name for each in TABLES),
    sql="\nUNION ALL\n".join(
        _query(each, column, target) for each in TABLES for column, target in each.references.items()
    ),
)
