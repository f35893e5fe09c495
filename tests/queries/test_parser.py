"""The query files: the rules of the parser, and the folder of those that are shipped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.dataset.schema import TABLES
from kb.errors import InputError

SHIPPED = queries.load(queries_dir())

GOOD = """-- title: How many?
-- description: One number.
-- param type (text, default ml.g5.xlarge): instance type
-- param n (integer, default -3): a number
-- param day (date, default 2025.07.01): a day
SELECT '$no', "$column", $type, $n, $day -- $comment
WHERE $n > 0;
"""
RELATIVE = GOOD.replace("2025.07.01", "90 days ago")


def test_folder_has_a_readme_and_only_queries_beside_it() -> None:
    names = {path.name for path in queries_dir().iterdir()}
    assert names == {"README.md", *(f"{name}.sql" for name in SHIPPED)}


def test_no_query_has_the_name_of_a_table() -> None:
    """Both have the same kind of address on the web site."""
    assert not {table.name for table in TABLES} & set(SHIPPED)


def test_readme_lists_every_query_with_its_title() -> None:
    lines = (queries_dir() / "README.md").read_text(encoding="utf-8").splitlines()
    listed = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if ".sql)" in line]
    assert listed == [(f"[{name}]({name}.sql)", query.title) for name, query in SHIPPED.items()]
    assert len(SHIPPED) >= 20


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


def test_sql_for_others_than_duckdb_renames_parameters_and_nothing_else(tmp_path: Path) -> None:
    query = queries.read(written(tmp_path, GOOD))
    assert query.sql_for("duckdb") == query.sql
    named = """SELECT '$no', "$column", :type, CAST(:n AS INTEGER), :day -- $comment\nWHERE CAST(:n AS INTEGER) > 0"""
    assert query.sql_for("sqlite") == query.sql_for("spark") == named
    with pytest.raises(ValueError, match="'oracle' is not a valid Engine"):
        query.sql_for("oracle")


def test_keeps_the_text_of_a_date_that_is_told_from_today(tmp_path: Path) -> None:
    assert queries.read(written(tmp_path, RELATIVE)).parameters[2].default == "90 days ago"


def utc_today() -> date:
    return datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("text", "days"),
    [("today", 0), (" Today ", 0), ("0 days ago", 0), ("1 day ago", 1), ("90 days ago", 90), ("3650 days ago", 3650)],
)
def test_counts_days_from_today_when_it_binds(tmp_path: Path, text: str, days: int) -> None:
    for file, values in ((GOOD, {"day": text}), (GOOD.replace("2025.07.01", text), {})):
        query = queries.read(written(tmp_path, file))
        before, found, after = utc_today(), query.bind(values)["day"], utc_today()
        assert found in {(each - timedelta(days)).isoformat() for each in (before, after)}


def test_the_day_is_that_of_utc_and_of_the_binding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = queries.read(written(tmp_path, RELATIVE))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromisoformat("2026-03-01T23:30:00-05:00").astimezone(tz)

    monkeypatch.setattr(queries, "datetime", Clock)
    assert query.bind({})["day"] == "2025-12-02"
    assert query.bind({"day": "today"})["day"] == "2026-03-02"


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
            "default of parameter n: 'many' is not a whole number",
        ),
        ("(date, default 2025.07.01)", "(date, default 2025-02-30)", ":5: ", "default of parameter day: '2025-02-30'"),
        ("(date, default 2025.07.01)", "(date, default next week)", ":5: ", "default of parameter day: 'next week'"),
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
        ({"n": ""}, "parameter n: '' is not a whole number"),
        ({"n": "1.5"}, "not a whole number"),
        ({"n": "9" * 30}, "not a whole number"),
        ({"day": "soon"}, "parameter day: 'soon' is not a date such as 2026-06-10, 'today' or '90 days ago'"),
        ({"day": "-1 days ago"}, "'-1 days ago' is not a date"),
        ({"day": "999999 days ago"}, "'999999 days ago' is not a date"),
        ({"day": "9999999 days ago"}, "'9999999 days ago' is not a date"),
        ({"day": "٣ days ago"}, "days ago' is not a date"),
        ({"day": ""}, "'' is not a date"),
        ({"type": "a\x00b"}, "characters that are not text"),
        ({"type": "\udcff"}, "characters that are not text"),
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
