"""Statements with which Athena and Trino (Hive connector) read the Parquet files, made from `kb.dataset.schema`.

Both read folders, not files: below one location, each table's file lies in a folder called after the table. The tables
are external, so that dropping one deletes no file. Nothing is declared NOT NULL, which neither takes here.
"""

from __future__ import annotations

import re
from enum import StrEnum

from kb.dataset.schema import Table
from kb.dataset.schema.core import TYPES, quoted

#: Address of a folder in an object store, without anything that would have to be quoted in a statement.
_LOCATION = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9_.+=,@:%~/-]*")


class Dialect(StrEnum):
    """Whom a statement is written for."""

    ATHENA = "athena"
    """Amazon Athena, whose statements about tables are those of Hive."""
    TRINO = "trino"
    """Trino with its Hive connector, Starburst included."""


def create_external_sql(each: Table, dialect: Dialect, location: str) -> str:
    """Return the CREATE TABLE statement of one table, without a semicolon.

    Args:
        each: The table.
        dialect: Whom the statement is for.
        location: What `read_location` returned.
    """
    if dialect is Dialect.ATHENA:
        columns = (f"`{c.name}` {TYPES[c.type].athena} COMMENT {_hive_text(c.comment())}" for c in each.columns)
        return (
            f"CREATE EXTERNAL TABLE `{each.name}` (\n  " + ",\n  ".join(columns) + "\n)\n"
            f"COMMENT {_hive_text(each.description)}\n"
            "STORED AS PARQUET\n"
            f"LOCATION '{location}{each.name}/'"
        )
    columns = (f'"{c.name}" {c.type} COMMENT {quoted(c.comment())}' for c in each.columns)
    return (
        f'CREATE TABLE "{each.name}" (\n  ' + ",\n  ".join(columns) + "\n)\n"
        f"COMMENT {quoted(each.description)}\n"
        f"WITH (format = 'PARQUET', external_location = '{location}{each.name}/')"
    )


def read_location(text: str) -> str:
    """Check the address under which the folders of the tables lie, and end it with a slash.

    Raises:
        ValueError: it is not such an address.
    """
    if not _LOCATION.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is no address of a folder such as s3://bucket/prefix/")
    return text if text.endswith("/") else f"{text}/"


def _hive_text(text: str) -> str:
    """Quote text as Hive does, where a quote inside is escaped and not doubled."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
