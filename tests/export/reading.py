"""Reads a table back from each format as rows of Python values, with readers other than the ones that wrote it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from kb.dataset.schema import Table

Row = tuple[Any, ...]

_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "DOUBLE": pa.float64(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
}


def arrow_schema(table: Table) -> pa.Schema:
    return pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])


def from_sqlite(folder: Path, table: Table) -> list[Row]:
    with closing(sqlite3.connect(f"file:{folder / 'kb.sqlite'}?mode=ro", uri=True)) as connection:
        rows = connection.execute(f"SELECT * FROM {table.name} ORDER BY rowid").fetchall()
    return [_typed(table, row) for row in rows]


def from_parquet(folder: Path, table: Table) -> list[Row]:
    return _rows(pq.ParquetFile(folder / "parquet" / f"{table.name}.parquet").read())


def from_csv(folder: Path, table: Table) -> list[Row]:
    """With Arrow, which tells an empty cell from empty text in quotes."""
    schema = arrow_schema(table)
    options = pa_csv.ConvertOptions(
        column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    parse = pa_csv.ParseOptions(newlines_in_values=True)
    found = pa_csv.read_csv(folder / "csv" / f"{table.name}.csv", parse_options=parse, convert_options=options)
    assert found.schema == schema
    return _rows(found)


def from_jsonl(folder: Path, table: Table) -> list[Row]:
    names = [column.name for column in table.columns]

    def read() -> Iterator[Row]:
        with (folder / "jsonl" / f"{table.name}.jsonl").open(encoding="utf-8", newline="\n") as file:
            for line in file:
                row = json.loads(line)
                assert list(row) == names
                yield _typed(table, tuple(row.values()))

    return list(read())


READERS: dict[str, Callable[[Path, Table], list[Row]]] = {
    "sqlite": from_sqlite,
    "parquet": from_parquet,
    "csv": from_csv,
    "jsonl": from_jsonl,
}


def _rows(table: pa.Table) -> list[Row]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _typed(table: Table, row: Row) -> Row:
    """Give dates and booleans, for which the format has no type, theirs; anything else stays as it was read."""
    return tuple(_value(column.type, value) for column, value in zip(table.columns, row, strict=True))


def _value(kind: str, value: Any) -> Any:
    if kind == "DATE" and value is not None:
        return date.fromisoformat(value)
    if kind == "BOOLEAN" and isinstance(value, int):
        assert value in (0, 1)
        return bool(value)
    return value


def exact(rows: list[Row]) -> list[Row]:
    """Rows with the type of each value, since 0 == False == 0.0."""
    return [tuple((type(value).__name__, value) for value in row) for row in rows]
