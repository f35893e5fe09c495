"""Short ways to ask a database of this project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import duckdb

from tests.pipeline.mini import MiniData

Record = dict[str, Any]

_ON_DAY = "valid_from <= $1 AND (valid_to IS NULL OR $1 < valid_to)"


def day(text: str) -> date:
    """Shorthand for a date."""
    return date.fromisoformat(text)


def records(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Record]:
    """Rows as column to value."""
    found = connection.execute(sql)
    assert found.description is not None
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Tables:
    """The tables of one database; rows of one column come as that value."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Rows as tuples."""
        return self.connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        """The one row there must be."""
        (row,) = self.rows(sql, *values)
        return row[0] if len(row) == 1 else row

    def type(self, name: str, columns: str) -> Any:
        """Current facts about a type."""
        return self.one(f"SELECT {columns} FROM instance_types WHERE instance_type = ?", name)

    def type_on(self, name: str, on: str, columns: str) -> Any:
        """Facts as they were known on a day."""
        ask = f"SELECT {columns} FROM instance_types_history WHERE {_ON_DAY} AND instance_type = $2"
        return self.one(ask, day(on), name)

    def verdict(self, name: str, workload: str, on: str = "2999-01-01", columns: str = "outcome") -> Any:
        """The verdict of a day."""
        ask = f"SELECT {columns} FROM kms_verdicts_history WHERE {_ON_DAY} AND instance_type = $2 AND workload = $3"
        return self.one(ask, day(on), name, workload)


@contextmanager
def derived(data: MiniData) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory of a small world."""
    with closing(data.derive()) as connection:
        yield connection


def on_day(intervals: list[Record], on: str) -> list[Record]:
    """Those of some intervals that hold on a day."""
    when = day(on)
    return [
        row for row in intervals if row["valid_from"] <= when and (row["valid_to"] is None or when < row["valid_to"])
    ]
