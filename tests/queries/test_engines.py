"""Every shipped query gives the same rows, in the same order, from DuckDB, SQLite and Spark SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.dataset.queries import Query

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SHIPPED = queries.load(queries_dir())

#: What a person might give beside the defaults: other values, another case, odd ones, none at all.
SAMPLES = {
    "type": (" ML.G5.2xlarge ", "ml.m5.xlarge", "'; DROP TABLE x; --", "", "ml.eia2.medium"),
    "workload": ("Training", "endpoint", "nothing", "", "studio"),
    "region": ("EU-WEST-1", "us-east-1", "mars", "", "any"),
    "min_gpus": (" 8 ", "1", "-1", "999999", "0"),
    "day": ("2026.06.10", "2017-11-29", "1970-01-01", "today", "2026-06-09"),
    "before": ("today", "2026-11-10", "1970-01-01", "1 day ago", "2026.11.01"),
    "from": ("2026.06.01", "2025-01-01", "2030-01-01", "1970-01-01", "today"),
    "to": ("2026.06.30", "2025-02-01", "2029-01-01", "today", "today"),
    "kind": (" RULE ", "all", "nothing", "verdict", ""),
}
#: A statement takes Spark some hundred times as long as the others, so it gets fewer values.
SPARK_SAMPLES = 1

Row = tuple[Any, ...]


def samples(query: Query, number: int) -> list[dict[str, str]]:
    """The defaults, and some values for all parameters at once."""
    if not query.parameters:
        return [{}]
    return [{}, *({p.name: SAMPLES[p.name][i] for p in query.parameters} for i in range(number))]


def from_duckdb(connection: duckdb.DuckDBPyConnection, query: Query, bound: Mapping[str, str | int]) -> list[Row]:
    return plain(connection.execute(query.sql, bound or ()).fetchall())


def plain(rows: Iterable[Iterable[Any]]) -> list[Row]:
    """Rows with dates as ISO text and booleans as 1 and 0, and nothing else made alike."""
    return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def same(rows: list[Row], expected: list[Row]) -> bool:
    """Whether values, types and order are the same: 1 is not 1.0."""
    return repr(rows) == repr(expected)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_sqlite_gives_the_same_rows(connection: duckdb.DuckDBPyConnection, lite: sqlite3.Connection, name: str) -> None:
    query = SHIPPED[name]
    for values in samples(query, len(SAMPLES["type"])):
        bound = query.bind(values)
        # as a web form gives them: all text
        found = lite.execute(query.sql_for("sqlite"), {name: str(value) for name, value in bound.items()})
        columns = [column[0] for column in found.description]
        assert same(plain(found), from_duckdb(connection, query, bound)), values
        assert columns == [column[0] for column in connection.description or ()]
        # and as `kb query` would
        assert same(plain(queries.run(lite, query, values).rows), from_duckdb(connection, query, bound)), values


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_spark_gives_the_same_rows(connection: duckdb.DuckDBPyConnection, lake: SparkSession, name: str) -> None:
    query = SHIPPED[name]
    for values in samples(query, SPARK_SAMPLES):
        bound = query.bind(values)
        found = lake.sql(query.sql_for("spark"), args=dict(bound) or None)
        assert same(plain(found.collect()), from_duckdb(connection, query, bound)), values
        assert found.columns == [column[0] for column in connection.description or ()]


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_defaults_give_a_telling_answer_in_one_order(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """The same rows in the same order, however many threads worked on them."""
    query = SHIPPED[name]
    try:
        connection.execute("SET threads = 4")
        first = from_duckdb(connection, query, query.bind({}))
        connection.execute("SET threads = 1")
        assert same(from_duckdb(connection, query, query.bind({})), first)
    finally:
        connection.execute("RESET threads")
    assert first
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_sql_keeps_to_what_all_share(name: str) -> None:
    text = SHIPPED[name].sql.upper()
    for word in ("::", "QUALIFY", "EXCLUDE", "ILIKE", "GROUP BY ALL", "STRFTIME", "SELECT *", " AS TEXT)", "VARCHAR"):
        assert word not in text
    assert "ORDER BY" in text
