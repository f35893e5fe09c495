"""The gate as a whole: every check is registered, tested, honest about its tables, and passed by the shipped data."""

from __future__ import annotations

import importlib
from pathlib import Path

import duckdb
import pytest

import kb.checks
from kb.checks import CHECKS, Check, CheckResult, GateError, Level, Violation, describe, require_all, run
from kb.dataset.schema import table
from kb.pipeline import BuildResult
from tests.checks.gate import Gate

MODULES = sorted(
    path.stem for path in Path(kb.checks.__file__).parent.glob("*.py") if path.stem not in ("__init__", "core")
)
ALL = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)


def test_every_module_is_registered() -> None:
    assert sorted(check.name for check in CHECKS) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_its_check_and_its_test(name: str) -> None:
    module = importlib.import_module(f"kb.checks.{name}")
    assert module.__doc__
    (check,) = (check for check in CHECKS if check.name == name)
    if name != "exceptions_name_checks":
        assert module.CHECK is check
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


@ALL
def test_the_scope_names_every_table_the_check_looks_at(check: Check) -> None:
    for name in check.scope:
        assert table(name)
    with Gate(check) as gate:
        gate.run()  # a table outside the scope does not exist there


@ALL
def test_the_shipped_data_passes(check: Check, connection: duckdb.DuckDBPyConnection) -> None:
    result = kb.checks.run_check(connection, check)
    assert result.passed, describe(result)


def test_a_build_reports_every_check(built: BuildResult) -> None:
    assert [result.check for result in built.checks] == list(CHECKS)


def test_every_shipped_exception_is_used_once(built: BuildResult, connection: duckdb.DuckDBPyConnection) -> None:
    exceptions = connection.execute("SELECT check_name, reason FROM check_exceptions").fetchall()
    assert sum(result.accepted for result in built.checks) == len(exceptions)
    assert all(len(reason) > 40 for _, reason in exceptions)


def test_lint_on_a_built_database_agrees_with_the_build(
    built: BuildResult, connection: duckdb.DuckDBPyConnection
) -> None:
    assert run(connection) == built.checks


def test_require_all_names_every_failed_check_and_no_other() -> None:
    bad = Check("bad_one", "nothing is bad", (), "")
    good = Check("good_one", "nothing is good", (), "")
    failed = CheckResult(bad, (Violation("ml.a.b", "is bad"),), 0, ())
    stale = CheckResult(bad, (), 1, ("ml.c.d",))
    passed = CheckResult(good, (), 3, ())
    require_all([passed])
    for result, words in ((failed, "ml.a.b: is bad"), (stale, "'ml.c.d' in check_exceptions.csv is no longer needed")):
        with pytest.raises(GateError) as caught:
            require_all([passed, result])
        assert caught.value.results == (passed, result)
        assert words in str(caught.value)
        assert "bad_one failed: nothing is bad" in str(caught.value)
        assert "good_one" not in str(caught.value)


def test_a_review_stops_nothing_and_is_not_among_the_failures() -> None:
    doubtful = Check("doubtful_one", "nobody has a doubt", (), "", Level.REVIEW)
    review = CheckResult(doubtful, (Violation("ml.a.b", "is doubtful"),), 0, ())
    failed = CheckResult(Check("bad_one", "nothing is bad", (), ""), (Violation("ml.a.b", "is bad"),), 0, ())
    assert (review.passed, review.blocks, review.needs_review) == (False, False, True)
    assert (failed.passed, failed.blocks, failed.needs_review) == (False, True, False)
    require_all([review])
    with pytest.raises(GateError) as caught:
        require_all([review, failed])
    assert "doubtful" not in str(caught.value)
    assert describe(review) == "REVIEW doubtful_one: nobody has a doubt\n  ml.a.b: is doubtful"


def test_checks_of_level_review_are_the_known_ones() -> None:
    assert {check.name for check in CHECKS if check.level is Level.REVIEW} == {"evidence_confirmed"}


def test_a_long_list_is_cut() -> None:
    bad = Check("bad_one", "nothing is bad", (), "")
    result = CheckResult(bad, tuple(Violation(f"ml.a.{n}", "is bad") for n in range(25)), 0, ())
    text = describe(result, limit=20)
    assert text.count(": is bad") == 20
    assert "and 5 more" in text
