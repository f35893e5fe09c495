"""Every tool sees the same rows and values as the database, with types of its own that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from kb.dataset.schema import TABLES, table
from tests.examples import Place
from tests.tools import reading
from tests.tools.reading import Seen

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: What the types of `kb.dataset.schema` are called in each tool.
_NAMES = ("VARCHAR", "DATE", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE")
DUCKDB = dict(zip(_NAMES, _NAMES, strict=True))
SQLITE = dict(zip(_NAMES, ("TEXT", "TEXT", "INTEGER", "INTEGER", "INTEGER", "REAL"), strict=True))
ARROW = dict(zip(_NAMES, ("string", "date32[day]", "bool", "int32", "int64", "double"), strict=True))
POLARS = dict(zip(_NAMES, ("String", "Date", "Boolean", "Int32", "Int64", "Float64"), strict=True))
SPARK = dict(zip(_NAMES, ("string", "date", "boolean", "int", "bigint", "double"), strict=True))


@pytest.fixture(scope="module")
def expected(place: Place) -> dict[str, Seen]:
    """What is in the database itself."""
    found = {}
    with duckdb.connect(str(place.database), read_only=True) as connection:
        for each in TABLES:
            answer = connection.execute(reading.sql(each))
            names = [column[0] for column in answer.description]
            row = answer.fetchone()
            assert row is not None
            found[each.name] = reading.from_answer(each, dict(zip(names, row, strict=True)), {})
    return found


def require_same(found: dict[str, Seen], expected: dict[str, Seen], types: dict[str, str]) -> None:
    assert {name: seen.rows for name, seen in found.items()} == {name: seen.rows for name, seen in expected.items()}
    for name, seen in found.items():
        assert seen.spans == expected[name].spans, name
        assert dict(seen.types) == {column.name: types[column.type] for column in table(name).columns}, name


def test_there_is_something_to_compare(expected: dict[str, Seen]) -> None:
    assert all(seen.rows > 0 for seen in expected.values())
    eligible = expected["instance_types"].spans["is_kms_eligible"]
    assert (eligible[0] < expected["instance_types"].rows, *eligible[1:]) == (True, 0, 1)


@pytest.mark.parametrize("from_parquet", [False, True], ids=["database", "parquet"])
def test_the_command_line_of_duckdb(place: Place, expected: dict[str, Seen], from_parquet: bool) -> None:
    require_same(reading.duckdb_program(place, from_parquet), expected, DUCKDB)


def test_the_command_line_of_sqlite(place: Place, expected: dict[str, Seen], sqlite3_program: str) -> None:
    require_same(reading.sqlite_program(place, sqlite3_program), expected, SQLITE)


def test_pandas(place: Place, expected: dict[str, Seen]) -> None:
    require_same(reading.pandas(place), expected, ARROW)


def test_polars(place: Place, expected: dict[str, Seen]) -> None:
    require_same(reading.polars(place), expected, POLARS)


def test_pyarrow(place: Place, expected: dict[str, Seen]) -> None:
    require_same(reading.pyarrow(place), expected, ARROW)


@pytest.mark.soak
def test_spark(place: Place, expected: dict[str, Seen], spark: SparkSession) -> None:
    require_same(reading.spark(place, spark.newSession(), TABLES), expected, SPARK)
