"""The query files: the parser's rules, and every shipped query with the same answer from DuckDB and SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import queries
from kb.build import build
from kb.errors import InputError
from kb.paths import queries_dir
from kb.schema import TABLES

ROOT = Path(__file__).parents[1]
SHIPPED = queries.load(queries_dir())

GOOD = """-- title: How many?
-- description: One number.
-- param type (text, default ml.g5.xlarge): instance type
-- param n (integer, default -3): a number
-- param day (date, default 2025.07.01): a day
SELECT '$no', "$column", $type, $n, $day -- $comment
WHERE $n > 0;
"""


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path = tmp_path_factory.mktemp("queries") / "kb.duckdb"
    build(ROOT / "data", path, None)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def lite(duck: duckdb.DuckDBPyConnection) -> Iterator[sqlite3.Connection]:
    """Every table in SQLite, in the form of any export: dates are ISO text, booleans 1 and 0."""
    connection = sqlite3.connect(":memory:")
    for table in TABLES:
        types = [_sqlite_type(column.type) for column in table.columns]
        columns = ", ".join(f"{column.name} {kind}" for column, kind in zip(table.columns, types, strict=True))
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
        rows = duck.execute(f"SELECT * FROM {table.name}").fetchall()
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", [[_as_sqlite(v) for v in r] for r in rows])
    yield connection
    connection.close()


def _sqlite_type(kind: str) -> str:
    return {"VARCHAR": "TEXT", "DATE": "TEXT", "DOUBLE": "REAL"}.get(kind, "INTEGER")


def _as_sqlite(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_both_databases_give_the_same_answer(
    duck: duckdb.DuckDBPyConnection, lite: sqlite3.Connection, name: str
) -> None:
    for values in _values(name):
        from_duck = queries.run(duck, SHIPPED[name], values)
        from_lite = queries.run(lite, SHIPPED[name], values)
        assert from_duck.columns == from_lite.columns
        assert [tuple(map(_as_sqlite, row)) for row in from_duck.rows] == list(from_lite.rows)
        if not values:
            assert from_duck.rows, "the defaults should give a telling answer"


def _values(name: str) -> list[dict[str, str]]:
    """The defaults, and values that a person might give: other ones, another case, odd ones, none at all."""
    samples = {
        "type": ["ml.m5.xlarge", " ML.P3.2xlarge ", "ml.eia2.medium", "ml.r7g.large", "'; DROP TABLE x; --", ""],
        "workload": ["endpoint", "Studio", "nothing"],
        "region": ["us-east-1", "EU-WEST-1", "mars"],
        "min_gpus": ["1", "8", "-1", "999999"],
        "day": ["2017-11-29", "2026-06-09", "2026.06.10", "1970-01-01"],
    }
    found: list[dict[str, str]] = [{}]
    for parameter in SHIPPED[name].parameters:
        found += [{parameter.name: value} for value in samples[parameter.name]]
    return found


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_order_leaves_no_rows_tied(duck: duckdb.DuckDBPyConnection, name: str) -> None:
    """The same rows in the same order, however many threads worked on them."""
    duck.execute("SET threads = 4")
    first = queries.run(duck, SHIPPED[name], {})
    duck.execute("SET threads = 1")
    assert queries.run(duck, SHIPPED[name], {}) == first
    assert len(set(first.rows)) == len(first.rows)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_sql_keeps_to_what_both_share(name: str) -> None:
    text = SHIPPED[name].sql.upper()
    for word in ("::", "QUALIFY", "EXCLUDE", "ILIKE", "GROUP BY ALL", "STRFTIME", "SELECT *"):
        assert word not in text
    assert "ORDER BY" in text


def test_answers_are_right(duck: duckdb.DuckDBPyConnection) -> None:
    def rows(name: str, **values: str) -> list[dict[str, Any]]:
        result = queries.run(duck, SHIPPED[name], values)
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]

    [answer] = rows("can-i-use-my-key", type="ML.m5.xlarge", workload="training")
    assert (answer["outcome"], answer["all_storage_under_key"]) == ("encrypts", "yes")
    gpus = rows("everything-under-my-key", workload="training", min_gpus="1")
    assert "ml.p3.2xlarge" in {row["instance_type"] for row in gpus}
    assert "ml.g5.xlarge" not in {row["instance_type"] for row in gpus}
    assert min(row["gpu_count"] for row in gpus) == 1
    families = {row["family"]: row["local_storage"] for row in rows("local-storage-by-family")}
    assert (families["g5"], families["m5"], families["eia2"]) == ("yes", "no", "unknown")
    assert len(rows("sdk-name-rule-errors")) == 17
    by_workload = {row["workload"]: row["outcome"] for row in rows("outcome-on-a-day")}
    assert by_workload["training"] == "encrypts"
    by_workload = {row["workload"]: row["outcome"] for row in rows("outcome-on-a-day", day="2025-08-03")}
    assert by_workload["training"] == "rejected"
    assert all(row["priced_since"] for row in rows("region-offering"))
    assert "ml.r7g.large" in {row["instance_type"] for row in rows("price-list-only-types")}
    sizes = {row["workload"]: row["volume_size_limit_gb"] for row in rows("volume-size-limits")}
    assert sizes["training"] == 250
    assert all(row["verdicts"] > 0 for row in rows("contradictions"))


def test_folder_has_a_readme_and_only_queries_beside_it() -> None:
    names = {path.name for path in queries_dir().iterdir()}
    assert names == {"README.md", *(f"{name}.sql" for name in SHIPPED)}


def written(folder: Path, text: str | bytes, name: str = "some-query.sql") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_reads_a_file(tmp_path: Path) -> None:
    query = queries.read(written(tmp_path, GOOD))
    assert (query.name, query.title, query.description) == ("some-query", "How many?", "One number.")
    assert [(p.name, p.type.value, p.default, p.meaning) for p in query.parameters] == [
        ("type", "text", "ml.g5.xlarge", "instance type"),
        ("n", "integer", -3, "a number"),
        ("day", "date", "2025-07-01", "a day"),
    ]
    assert query.sql.startswith("SELECT '$no'")
    assert query.sql.endswith("$n > 0")


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("-- title: How many?\n", "", ":1: ", "no line '-- title: ...'"),
        ("-- description: One number.\n", "", ":1: ", "no line '-- description: ...'"),
        ("-- title: How many?\n", "-- title: How many?\n-- title: Again?\n", ":2: ", "a second title"),
        ("-- title: How many?", "-- titel: How many?", ":1: ", "not one of '-- title: ...'"),
        ("-- title: How many?", "-- title:", ":1: ", "not one of '-- title: ...'"),
        ("-- title: How many?", "--title: How many?", ":1: ", "not one of '-- title: ...'"),
        ("(integer, default -3)", "(integer)", ":4: ", "parameter n has no default"),
        ("(integer, default -3)", "(number, default -3)", ":4: ", "not '-- param NAME"),
        (
            "(integer, default -3)",
            "(integer, default many)",
            ":4: ",
            "default of parameter n: 'many' is no whole number",
        ),
        ("(date, default 2025.07.01)", "(date, default 2025-02-30)", ":5: ", "default of parameter day: '2025-02-30'"),
        ("-- param n ", "-- param N ", ":4: ", "not '-- param NAME"),
        (": a number", "", ":4: ", "not '-- param NAME"),
        ("-- param n (", "-- param type (", ":4: ", "a second parameter type"),
        ("WHERE $n > 0", "WHERE $m > 0", ":7: ", "unknown parameter $m"),
        ("$day --", "--", ":5: ", "parameter day is not used"),
        ("$type, $n, $day -- $comment\nWHERE $n > 0;", "1", ":3: ", "parameter type is not used"),
    ],
)
def test_says_what_is_wrong_and_where(tmp_path: Path, old: str, new: str, place: str, problem: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        queries.read(path)
    assert str(caught.value).startswith(f"{path}{place}")
    assert problem in str(caught.value)
    with pytest.raises(InputError):
        queries.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.sql", b"-- title: \xff\n", "not UTF-8 at byte 10"),
        ("A_b.sql", GOOD.encode(), "lower-case words joined by hyphens"),
        ("a.sql", b"", "no line '-- title: ...'"),
        ("a.sql", b"-- title: a\n-- description: b\n", "no SQL after the comment lines"),
        ("a.sql", b"-- title: a\n-- description: b\n  ;\n", "no SQL after the comment lines"),
        ("a.sql", b"-- title: a\n-- description: b", "no SQL after the comment lines"),
    ],
)
def test_refuses_files_that_are_no_queries(tmp_path: Path, name: str, text: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        queries.read(written(tmp_path, text, name))


@given(st.text(alphabet=st.sampled_from("-title: dscrpon(x,efaul)$n'\"\n;\x00é"), max_size=120))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = written(tmp_path_factory.getbasetemp(), text, "any.sql")
    try:
        query = queries.read(path)
    except InputError as error:
        assert error.path == path
    else:
        assert query.sql


def test_values_become_what_the_parameter_is(tmp_path: Path) -> None:
    query = queries.read(written(tmp_path, GOOD))
    assert query.bind({}) == {"type": "ml.g5.xlarge", "n": -3, "day": "2025-07-01"}
    assert query.bind({"n": " 4 ", "day": "2026.01.02", "type": " a'b "}) == {
        "type": " a'b ",
        "n": 4,
        "day": "2026-01-02",
    }


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"m": "1"}, "query some-query has no parameter 'm'; its parameters are: type, n, day"),
        ({"n": ""}, "parameter n: '' is no whole number"),
        ({"n": "1.5"}, "no whole number"),
        ({"n": "9" * 30}, "no whole number"),
        ({"day": "today"}, "parameter day: 'today' is no date"),
        ({"type": "a\x00b"}, "characters that are no text"),
        ({"type": "\udcff"}, "characters that are no text"),
    ],
)
def test_refuses_other_values(tmp_path: Path, values: dict[str, str], problem: str) -> None:
    with pytest.raises(queries.ParameterError, match=problem.replace("?", r"\?")):
        queries.read(written(tmp_path, GOOD)).bind(values)


@pytest.mark.parametrize("name", ["nope", "", "../some-query", "Some-Query", "some-query.sql", "x" * 10_000, "a\x00b"])
def test_unknown_names_list_the_queries(tmp_path: Path, name: str) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(queries.UnknownQuery, match="the queries are: some-query") as caught:
        queries.find(tmp_path, name)
    assert len(str(caught.value)) < 200


def test_a_folder_without_queries(tmp_path: Path) -> None:
    assert queries.load(tmp_path) == {}
    assert queries.load(tmp_path / "missing") == {}
    with pytest.raises(queries.UnknownQuery, match="the queries are: none"):
        queries.find(tmp_path / "missing", "some-query")
