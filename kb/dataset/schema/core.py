"""What a column and a table declaration hold, the DDL made from them, and what each type is called elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from kb._version import SCHEMA_VERSION

__all__ = [
    "INSTANCE_TYPE",
    "SCHEMA_VERSION",
    "TYPES",
    "VALID_FROM",
    "VALID_TO",
    "WORKLOAD",
    "Column",
    "Table",
    "TypeNames",
    "quoted",
]


class TypeNames(NamedTuple):
    """What the formats and tools that get the tables call a type of DuckDB; Trino's names are DuckDB's."""

    sqlite: str
    frictionless: str
    spark: str
    athena: str


#: The types that a column may have.
TYPES = MappingProxyType(
    {
        "VARCHAR": TypeNames("TEXT", "string", "string", "string"),
        "DATE": TypeNames("TEXT", "date", "date", "date"),
        "DOUBLE": TypeNames("REAL", "number", "double", "double"),
        "INTEGER": TypeNames("INTEGER", "integer", "integer", "int"),
        "BIGINT": TypeNames("INTEGER", "integer", "long", "bigint"),
        "BOOLEAN": TypeNames("INTEGER", "boolean", "boolean", "boolean"),
    }
)


@dataclass(frozen=True)
class Column:
    """One column: SQL type (a key of `TYPES`), meaning, unit, whether it is NOT NULL, whether its text may be empty."""

    name: str
    type: str
    description: str
    unit: str | None = None
    required: bool = False
    may_be_empty: bool = False

    def as_required(self) -> Column:
        """Return the same column with NOT NULL."""
        return replace(self, required=True)

    def comment(self) -> str:
        """Return the text for COMMENT ON COLUMN: the description and, where there is one, the unit."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


#: Columns of many tables.
INSTANCE_TYPE = Column("instance_type", "VARCHAR", "SageMaker instance type, such as ml.g5.xlarge", required=True)
WORKLOAD = Column("workload", "VARCHAR", "One way SageMaker runs instances; see the table workloads", required=True)
VALID_FROM = Column("valid_from", "DATE", "First day on which this held", required=True)
VALID_TO = Column("valid_to", "DATE", "First day on which this no longer held; NULL while it holds")


@dataclass(frozen=True)
class Table:
    """One table: its rows' meaning, its columns in order, and the columns that together name a row (its sort order too).

    `references` has the columns that name a row of another table, each with that table; its key is the one column of
    the same meaning.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_whole_key(self) -> bool:
        """Whether every column of the key always has a value, so that it can be declared as a primary key."""
        required = {column.name for column in self.columns if column.required}
        return set(self.key) <= required

    def select_sql(self) -> str:
        """Return the query for all rows: every column, in the order of the key."""
        names = ", ".join(column.name for column in self.columns)
        return f"SELECT {names} FROM {self.name} ORDER BY {', '.join(self.key)}"

    def create_sql(self) -> str:
        """Return the CREATE TABLE statement.

        The key is not declared there: DuckDB would keep an index for it, which made the file three times as large. The
        data check ``keys_unique`` sees to it instead.
        """
        lines = [f"    {c.name} {c.type}{' NOT NULL' if c.required else ''}" for c in self.columns]
        return f"CREATE TABLE {self.name} (\n" + ",\n".join(lines) + "\n)"

    def comment_sql(self) -> list[str]:
        """Return the COMMENT ON statements of the table and of every column."""
        return [
            f"COMMENT ON TABLE {self.name} IS {quoted(self.description)}",
            *(f"COMMENT ON COLUMN {self.name}.{c.name} IS {quoted(c.comment())}" for c in self.columns),
        ]


def quoted(text: str) -> str:
    """Write text as a literal of standard SQL: DuckDB, SQLite, Trino."""
    return "'" + text.replace("'", "''") + "'"
