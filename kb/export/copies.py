"""The formats that DuckDB writes itself: Parquet, CSV and JSON Lines, a file per table, in the order of its key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kb.dataset.database import Connection
from kb.dataset.schema import Table
from kb.dataset.schema.core import TYPES, quoted
from kb.export.datapackage import LICENCE

#: Where Spark looks for the types and the comments of the columns.
SPARK_KEY = "org.apache.spark.sql.parquet.row.metadata"


#: Options of DuckDB's COPY for each format, which is also the suffix of its files.
_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    # UTF-8 and lines that end in LF; NULL is an empty cell and empty text is ""; booleans are true and false, dates ISO
    "csv": "FORMAT csv, HEADER, NULLSTR ''",
    # an object per row with every column, null for NULL
    "jsonl": "FORMAT json",
}
FORMATS = tuple(_OPTIONS)


def write(connection: Connection, table: Table, file: Path, data_version: str) -> None:
    """Write a table in the format that the suffix of the file names; :func:`parquet_metadata` goes into Parquet."""
    options = _OPTIONS[file.suffix[1:]]
    if file.suffix == ".parquet":
        pairs = parquet_metadata(table, data_version).items()
        options += f", KV_METADATA {{{', '.join(f'{quoted(key)}: {quoted(value)}' for key, value in pairs)}}}"
    connection.execute(f"COPY ({table.select_sql()}) TO {quoted(str(file))} ({options})")


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
            "type": TYPES[column.type].spark,
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
