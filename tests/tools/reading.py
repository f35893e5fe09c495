"""Reads every table of an export with a tool, and tells what it sees: rows, types, and the span of each column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kb.dataset.schema import TABLES, Table
from tests.examples import Place


@dataclass(frozen=True)
class Seen:
    """What a tool sees of a table.

    Attributes:
        rows: Number of rows.
        types: Type of each column, in the tool's words.
        spans: Of each column the number of values that are not null, the least and the greatest of them.
    """

    rows: int
    types: Mapping[str, str]
    spans: Mapping[str, tuple[int, Any, Any]]


def plain(value: Any) -> Any:
    """Write dates as ISO text and booleans as 1 and 0, as SQLite has them."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def sql(each: Table, place: str | None = None) -> str:
    """Ask for the number of rows, and for the number of values, the least and the greatest of each column."""
    parts = (
        f"count({c.name}) AS n_{c.name}, min({c.name}) AS a_{c.name}, max({c.name}) AS z_{c.name}" for c in each.columns
    )
    return f"SELECT count(*) AS n, {', '.join(parts)} FROM {place or each.name}"


def from_answer(each: Table, row: Mapping[str, Any], types: Mapping[str, str]) -> Seen:
    """Read the answer to `sql`."""
    spans = {c.name: (row[f"n_{c.name}"], plain(row[f"a_{c.name}"]), plain(row[f"z_{c.name}"])) for c in each.columns}
    return Seen(row["n"], types, spans)


def _json_values(text: str) -> Iterator[Any]:
    """Values of JSON that follow each other."""
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:].lstrip()


def duckdb_program(place: Place, from_parquet: bool) -> dict[str, Seen]:
    statements = []
    for each in TABLES:
        file = f"'{place.parquet(each.name)}'" if from_parquet else None
        statements += [sql(each, file), f"DESCRIBE SELECT * FROM {file or each.name}"]
    files = () if from_parquet else ("-readonly", str(place.database))
    answers = _json_values(place.run("duckdb", "-json", *files, "-c", "; ".join(statements)))
    return {
        each.name: from_answer(
            each, next(answers)[0], {row["column_name"]: row["column_type"] for row in next(answers)}
        )
        for each in TABLES
    }


def sqlite_program(place: Place, program: str) -> dict[str, Seen]:
    statements = [s for each in TABLES for s in (sql(each), f"SELECT name, type FROM pragma_table_info('{each.name}')")]
    answers = _json_values(place.run(program, "-readonly", "-json", str(place.sqlite), "; ".join(statements)))
    return {
        each.name: from_answer(each, next(answers)[0], {row["name"]: row["type"] for row in next(answers)})
        for each in TABLES
    }


def pandas(place: Place) -> dict[str, Seen]:
    import pandas as pd

    found = {}
    for each in TABLES:
        frame = pd.read_parquet(place.parquet(each.name), dtype_backend="pyarrow")
        found[each.name] = _seen(
            len(frame),
            {name: str(kind).removesuffix("[pyarrow]") for name, kind in frame.dtypes.items()},
            {name: frame[name].dropna() for name in frame.columns},
            lambda column: (len(column), column.min(), column.max()) if len(column) else (0, None, None),
        )
    return found


def polars(place: Place) -> dict[str, Seen]:
    import polars as pl

    found = {}
    for each in TABLES:
        frame = pl.read_parquet(place.parquet(each.name))
        found[each.name] = _seen(
            frame.height,
            {name: str(kind) for name, kind in frame.schema.items()},
            {name: frame[name] for name in frame.columns},
            lambda column: (column.count(), column.min(), column.max()),
        )
    return found


def pyarrow(place: Place) -> dict[str, Seen]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    def span(column: Any) -> tuple[int, Any, Any]:
        ends = pc.min_max(column).as_py()
        return len(column) - column.null_count, ends["min"], ends["max"]

    found = {}
    for each in TABLES:
        table = pq.read_table(place.parquet(each.name))
        found[each.name] = _seen(
            table.num_rows,
            {field.name: str(field.type) for field in table.schema},
            {name: table[name] for name in table.column_names},
            span,
        )
    return found


def spark(place: Place, session: Any, tables: Iterable[Table]) -> dict[str, Seen]:
    found = {}
    for each in tables:
        frame = session.read.parquet(str(place.parquet(each.name)))
        frame.createOrReplaceTempView(each.name)
        [row] = session.sql(sql(each)).collect()
        types = {field.name: field.dataType.simpleString() for field in frame.schema}
        found[each.name] = from_answer(each, row.asDict(), types)
    return found


def _seen(
    rows: int,
    types: Mapping[str, str],
    columns: Mapping[str, Any],
    span: Callable[[Any], tuple[int, Any, Any]],
) -> Seen:
    spans = {}
    for name, column in columns.items():
        count, least, greatest = span(column)
        spans[name] = (int(count), plain(least), plain(greatest))
    return Seen(int(rows), types, spans)
