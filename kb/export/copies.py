"""The formats that DuckDB writes itself: Parquet, CSV and JSON Lines, a file per table, in the order of its key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb.dataset.schema import Table
from kb.export.datapackage import LICENCE

if TYPE_CHECKING:
    import duckdb

#: Where Spark looks for the types and the comments of the columns.
SPARK_KEY = "org.apache.spark.sql.parquet.row.metadata"
_SPARK_TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "DOUBLE": "double",
    "INTEGER": "integer",
    "BIGINT": "long",
    "BOOLEAN": "boolean",
}


def write_csv(connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> None:
    """Write a table as CSV in UTF-8 with a header and lines that end in LF.

    NULL is an empty cell and empty text is ``""``; booleans are true and false, dates ISO.
    """
    _copy(connection, table, file, "FORMAT csv, HEADER, NULLSTR ''")


def write_jsonl(connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> None:
    """Write a table as JSON Lines: an object per row with every column, null for NULL."""
    _copy(connection, table, file, "FORMAT json")


def write_parquet(connection: duckdb.DuckDBPyConnection, table: Table, file: Path, data_version: str) -> None:
    """Write a table as Parquet, with what :func:`parquet_metadata` says in the metadata of the file."""
    pairs = parquet_metadata(table, data_version).items()
    metadata = ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in pairs)
    _copy(connection, table, file, f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{metadata}}}")


def parquet_metadata(table: Table, data_version: str) -> Mapping[str, str]:
    """Return what a Parquet file says about itself.

    Returns:
        `title` (name of the table), `description`, `data_version`, `licence`, `columns` (JSON: by column its
        `description` and, where it has one, its `unit`), and the same in the form from which Spark takes comments.
    """
    columns = {
        column.name: {"description": column.description, **({"unit": column.unit} if column.unit else {})}
        for column in table.columns
    }
    fields = [
        {
            "name": column.name,
            "type": _SPARK_TYPES[column.type],
            "nullable": not column.required,
            "metadata": {"comment": column.comment()},
        }
        for column in table.columns
    ]
    return {
        "title": table.name,
        "description": table.description,
        "data_version": data_version,
        "licence": LICENCE["name"],
        "columns": json.dumps(columns),
        SPARK_KEY: json.dumps({"type": "struct", "fields": fields}),
    }


def _copy(connection: duckdb.DuckDBPyConnection, table: Table, file: Path, options: str) -> None:
    connection.execute(f"COPY ({table.select_sql()}) TO {_quoted(str(file))} ({options})")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
