"""``kb sql`` and ``kb query``: rows in each form, and nothing but the database within reach."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import kb as library
from kb.dataset import queries
from kb.dataset.paths import queries_dir
from tests.cli.conftest import Run


def test_sql_in_each_form(kb: Run, database: Path) -> None:
    statement = (
        "SELECT instance_type, is_nitro, nvme_support, memory_gib FROM instance_types WHERE family = 'p3' ORDER BY 1"
    )
    found = kb("sql", statement, "--database", database)
    lines = found.stdout.splitlines()
    assert lines[0].split() == ["instance_type", "is_nitro", "nvme_support", "memory_gib"]
    assert lines[3].split() == ["ml.p3.2xlarge", "false", "NULL", "61"]
    assert found.stderr == "3 rows\n"
    rows = kb("sql", statement, "--database", database, "--json").json
    assert rows[1] == {"instance_type": "ml.p3.2xlarge", "is_nitro": False, "nvme_support": None, "memory_gib": 61.0}
    text = kb("sql", statement, "--database", database, "--csv").stdout
    assert text.splitlines()[2] == "ml.p3.2xlarge,false,,61.0"


def test_sql_from_standard_input(kb: Run, database: Path) -> None:
    found = kb("sql", "-", "--json", "--database", database, stdin="SELECT count(*) AS n\nFROM workloads;\n")
    assert found.json == [{"n": len(library.workloads())}]


def test_a_table_for_people_stops_and_says_so(kb: Run, database: Path) -> None:
    found = kb("sql", "SELECT instance_type FROM kms_verdicts", "--database", database)
    assert len(found.stdout.splitlines()) == 102
    assert found.stderr.startswith("first 100 rows; there are more")
    found = kb("sql", "SELECT instance_type FROM kms_verdicts", "--database", database, "--limit", 3)
    assert len(found.stdout.splitlines()) == 5
    found = kb("sql", "SELECT instance_type FROM kms_verdicts", "--database", database, "--csv")
    assert len(found.stdout.splitlines()) == 1 + len(library.find()) * len(library.workloads())
    found = kb("sql", "SELECT instance_type FROM kms_verdicts", "--database", database, "--csv", "--limit", 1500)
    assert len(found.stdout.splitlines()) == 1501


def test_rows_too_wide_for_a_table_become_blocks(kb: Run, database: Path) -> None:
    found = kb("sql", "SELECT * FROM workloads ORDER BY workload", "--database", database)
    assert found.stdout.startswith("workload                          automl\n")
    assert max(len(line) for line in found.stdout.splitlines() if " " in line.strip()) < 400


def test_values_that_json_or_a_terminal_cannot_show(kb: Run, database: Path) -> None:
    statement = """SELECT chr(27) || '[31m' AS red, 'nan'::FLOAT AS n, [1, NULL] AS list,
        {'day': DATE '2020-01-01'} AS s,
        'a'::BLOB AS b, 1.50::DECIMAL(5, 2) AS d, 1 AS n, 2 AS n"""
    [row] = kb("sql", statement, "--database", database, "--json").json
    assert row == {
        "red": "\x1b[31m",
        "n": None,
        "list": [1, None],
        "s": {"day": "2020-01-01"},
        "b": "61",
        "d": "1.50",
        "n_2": 1,
        "n_3": 2,
    }
    text = kb("sql", statement, "--database", database).stdout
    assert "\x1b" not in text
    assert "\\x1b[31m" in text
    [_, cells] = csv.reader(io.StringIO(kb("sql", statement, "--database", database, "--csv").stdout))
    assert cells[2:] == ["[1, null]", '{"day": "2020-01-01"}', "61", "1.50", "1", "2"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM nowhere", "nowhere does not exist"),
        ("SELECT * FROM statement", "statement does not exist"),
        ("SELECT 'x'::INTEGER", "Could not convert"),
        ("CREATE TABLE t (a INTEGER)", "read-only"),
        ("DELETE FROM instance_types", "read-only"),
        ("SELECT * FROM read_text('/etc/hostname')", "disabled by configuration"),
        ("ATTACH '/tmp/other.duckdb'", "disabled by configuration"),
        ("COPY instance_types TO '/tmp/out.csv'", "disabled by configuration"),
        ("SET enable_external_access = true", "locked"),
        ("INSTALL httpfs", "disabled by configuration"),
    ],
)
def test_failing_sql_is_one_message(kb: Run, database: Path, statement: str, message: str) -> None:
    before = database.read_bytes()
    found = kb("sql", statement, "--database", database)
    assert (found.status, found.stdout) == (1, "")
    assert found.stderr.startswith("Error: ")
    assert message in found.stderr
    assert database.read_bytes() == before


def test_no_sql_is_a_usage_error(kb: Run, database: Path) -> None:
    assert kb("sql", " ", "--database", database).status == 2
    assert kb("sql", "-", "--database", database, stdin="").status == 2
    assert kb("sql", "SELECT '\udcff'", "--database", database).status == 2


def test_query_with_defaults_and_with_values_either_way(kb: Run, database: Path) -> None:
    [row] = kb("query", "can-i-use-my-key", "--json", "--database", database).json
    assert (row["instance_type"], row["workload"], row["outcome"]) == ("ml.g5.xlarge", "training", "rejected")
    [row] = kb(
        *("query", "can-i-use-my-key", "type=ml.m5.xlarge", "--param", "workload=endpoint", "--json"),
        *("--database", database),
    ).json
    assert (row["instance_type"], row["workload"], row["outcome"]) == ("ml.m5.xlarge", "endpoint", "encrypts")


def test_query_tells_people_the_question_and_the_values(kb: Run, database: Path) -> None:
    found = kb("query", "everything-under-my-key", "min_gpus=1", "--database", database)
    assert "(workload=training, min_gpus=1)" in found.stderr
    assert "ml.p3.2xlarge" in found.stdout
    assert found.stderr.splitlines()[-1].endswith(" rows")


def test_query_counts_days_from_today_and_says_which_day_it_took(kb: Run, database: Path) -> None:
    day = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    found = kb("query", "not-verified-lately", "before=1 day ago", "--database", database)
    assert found.status == 0
    # the day may have ended since
    assert (
        f"(before={day})" in found.stderr or f"(before={date.fromisoformat(day) + timedelta(days=1)})" in found.stderr
    )
    listed = {each["name"]: each for each in kb("query", "--list", "--json").json}
    assert listed["not-verified-lately"]["parameters"][0]["default"] == "90 days ago"


@pytest.mark.parametrize("name", sorted(queries.load(queries_dir())))
@pytest.mark.parametrize("columns", [80, 120])
def test_every_query_is_readable_on_a_terminal(
    kb: Run, database: Path, monkeypatch: pytest.MonkeyPatch, name: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    found = kb("query", name, "--database", database)
    assert found.status == 0
    # an address or a member of a request is one word, which no line break makes shorter
    assert all(len(line) <= columns or re.fullmatch(r"\w* +\S+", line) for line in found.stdout.splitlines())


def test_query_list_names_every_query_with_its_parameters(kb: Run) -> None:
    known = queries.load(queries_dir())
    found = kb("query", "--list")
    for query in known.values():
        assert f"\n{query.name}\n" in "\n" + found.stdout
        for parameter in query.parameters:
            assert f"    {parameter.name}={parameter.default}  " in found.stdout
    assert [each["name"] for each in kb("query", "--list", "--json").json] == list(known)
    assert len(kb("query", "--list", "--csv").stdout.splitlines()) == len(known) + 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("nope",), 1, "unknown query 'nope'; the queries are: arrivals-by-year, can-i-use-my-key,"),
        (("../queries/contradictions",), 1, "unknown query"),
        (("",), 1, "unknown query ''"),
        ((), 2, "give the name of a query"),
        (("contradicting-statements", "x=1"), 2, "query contradicting-statements has no parameter 'x'; it has none"),
        (("can-i-use-my-key", "typ=x"), 2, "its parameters are: type, workload"),
        (("can-i-use-my-key", "ml.g5.xlarge"), 2, "not of the form PARAMETER=VALUE"),
        (("can-i-use-my-key", "type=a", "--param", "type=b"), 2, "two values for the parameter 'type'"),
        (("everything-under-my-key", "min_gpus=many"), 2, "'many' is not a whole number"),
        (("outcome-on-a-day", "day=2020-02-30"), 2, "'2020-02-30' is not a date"),
        (("outcome-on-a-day", "day=some days ago"), 2, "'some days ago' is not a date such as 2026-06-10, 'today' or"),
    ],
)
def test_query_wrong_usage(kb: Run, database: Path, arguments: tuple[str, ...], status: int, message: str) -> None:
    found = kb("query", *arguments, "--database", database)
    assert (found.status, found.stdout) == (status, "")
    assert message in found.stderr
