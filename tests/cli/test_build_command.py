"""``kb build`` and ``kb lint``."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

import kb as library
from kb import checks
from kb.dataset import paths
from tests.cli.conftest import ROOT, Run
from tests.pipeline.mini import MiniData


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped data that a test may change."""
    folder = tmp_path / "data"
    for name in ("observations", "curated"):
        shutil.copytree(ROOT / "data" / name, folder / name)
    shutil.copy(ROOT / "data" / "scrapes.csv", folder)
    return folder


def test_build_ends_with_a_summary_on_standard_error(kb: Run, tmp_path: Path) -> None:
    target, snapshot = tmp_path / "new" / "kb.duckdb", tmp_path / "snapshot.txt"
    found = kb("build", "--output", target, "--snapshot", snapshot)
    assert (found.status, found.stdout) == (0, "")
    first, second = found.stderr.splitlines()
    assert first.startswith(f"built {target}: data {library.DATA_VERSION}, {len(library.find())} types, ")
    assert f"all {len(checks.CHECKS)} checks passed" in first
    assert second == f"wrote {snapshot}"
    assert "\x1b" not in found.stderr
    assert snapshot.stat().st_size > 100_000
    assert kb("sql", "SELECT count(*) AS n FROM instance_types", "--database", target, "--json").status == 0


@pytest.fixture
def small(mini_data: MiniData, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small world as the data of the checkout."""
    folder = mini_data.write()
    monkeypatch.setattr(paths, "data_dir", lambda: folder)
    return folder


@pytest.mark.parametrize(("option", "is_written"), [(None, True), ("--no-snapshot", False), ("--data", False)])
def test_snapshot_is_written_only_from_the_data_of_the_checkout(
    *, kb: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str | None, is_written: bool
) -> None:
    snapshot = tmp_path / "snapshot.txt"
    monkeypatch.setattr(paths, "snapshot_file", lambda: snapshot)
    options = {None: (), "--no-snapshot": ("--no-snapshot",), "--data": ("--data", small)}[option]
    found = kb("build", "--quiet", "--output", tmp_path / "kb.duckdb", *options)
    assert (found.status, found.stdout, found.stderr) == (0, "", "")
    assert snapshot.exists() is is_written


@pytest.mark.usefixtures("small")
def test_no_snapshot_without_a_checkout(kb: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tmp_path / "snapshot.txt"
    monkeypatch.setattr(paths, "snapshot_file", lambda: snapshot)
    monkeypatch.setattr(paths, "checkout", lambda: None)
    assert kb("build", "--output", tmp_path / "kb.duckdb").status == 0
    assert not snapshot.exists()


def test_a_failing_check_publishes_nothing(kb: Run, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "kb.duckdb"
    target.write_bytes(b"the old one")
    exceptions = data / "curated" / "check_exceptions.csv"
    lines = exceptions.read_text().splitlines(keepends=True)
    exceptions.write_text("".join(line for line in lines if not line.startswith("no_type_lost,ml.p3.2xlarge")))
    found = kb("build", "--data", data, "--output", target)
    assert (found.status, found.stdout) == (1, "")
    assert found.stderr.startswith(f"Error: 1 of {len(checks.CHECKS)} data checks failed; nothing was published\n")
    assert "check no_type_lost failed: " in found.stderr
    assert "  ml.p3.2xlarge: " in found.stderr
    assert target.read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_bad_input_names_file_and_line(kb: Run, data: Path, tmp_path: Path) -> None:
    log = data / "observations" / "region_lists.csv"
    log.write_text(log.read_text().replace(",true\n", ",perhaps\n", 1))
    found = kb("build", "--data", data, "--output", tmp_path / "kb.duckdb")
    assert found.status == 1
    [line] = found.stderr.splitlines()
    assert line.startswith(f"Error: {log}:2: ")
    assert not (tmp_path / "kb.duckdb").exists()


@pytest.mark.parametrize("target", ["folder", "file/kb.duckdb"])
def test_a_target_that_cannot_be_written(kb: Run, tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    found = kb("build", "--output", tmp_path / target, "--no-snapshot")
    assert found.status == 1
    assert found.stderr.startswith(f"Error: {tmp_path}")


def test_missing_data_and_contradicting_options(kb: Run, tmp_path: Path) -> None:
    found = kb("build", "--data", tmp_path / "nowhere", "--output", tmp_path / "kb.duckdb")
    assert found.status == 1
    assert str(tmp_path / "nowhere") in found.stderr
    assert kb("build", "--snapshot", tmp_path / "s", "--no-snapshot").status == 2


def test_lint_has_a_line_per_check(kb: Run, database: Path) -> None:
    found = kb("lint", "--database", database)
    assert found.status == 0
    assert [line.split()[:2] for line in found.stdout.splitlines()] == [["ok", each.name] for each in checks.CHECKS]
    assert found.stderr == f"all {len(checks.CHECKS)} checks passed\n"
    shown = kb("lint", "--database", database, "--json").json
    assert [(each["check"], each["passed"]) for each in shown] == [(each.name, True) for each in checks.CHECKS]


def test_lint_shows_what_fails(kb: Run, database: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "kb.duckdb"
    shutil.copy(database, damaged)
    with duckdb.connect(str(damaged)) as connection:
        connection.execute("UPDATE instance_types SET has_instance_store = true WHERE instance_type = 'ml.m5.large'")
        connection.execute(
            "INSERT INTO check_exceptions VALUES ('verdicts_complete', 'nothing', 'no reason', DATE '2026-01-01')"
        )
    found = kb("lint", "--database", damaged)
    assert found.status == 1
    assert "FAILED  families_uniform" in found.stdout
    assert "\n  m5" in found.stdout
    assert "the exception for 'nothing' in check_exceptions.csv is no longer needed" in found.stdout
    assert found.stderr.splitlines()[-1].startswith("Error: ")
    failed = [each for each in kb("lint", "--database", damaged, "--json").json if not each["passed"]]
    assert {"families_uniform", "verdicts_complete"} <= {each["check"] for each in failed}
    [stale] = [each["stale_exceptions"] for each in failed if each["check"] == "verdicts_complete"]
    assert stale == ["nothing"]


@pytest.mark.parametrize("command", [("lint",), ("sql", "SELECT 1"), ("query", "contradicting-statements")])
def test_a_file_that_is_not_our_database(kb: Run, database: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    text = tmp_path / "text.duckdb"
    text.write_text("no database at all, but long enough to be read as one\n" * 400)
    empty = tmp_path / "empty.duckdb"
    empty.write_bytes(b"")
    cut = tmp_path / "cut.duckdb"
    cut.write_bytes(database.read_bytes()[:100_000])
    foreign = tmp_path / "foreign.duckdb"
    duckdb.connect(str(foreign)).execute("CREATE TABLE t (a INTEGER)").close()
    other = tmp_path / "other.duckdb"
    shutil.copy(database, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute("UPDATE build_info SET value = '999' WHERE name = 'schema_version'")
    for path, message in (
        (text, "not a readable DuckDB database"),
        (empty, "run `kb build`"),
        (cut, "run `kb build`"),
        (foreign, "a DuckDB database, but not one of this project"),
        (other, "schema version 999, but this program reads version"),
        (tmp_path / "missing.duckdb", "no database there"),
        (tmp_path, "no database there"),
    ):
        found = kb(*command, "--database", path)
        assert (found.status, found.stdout) == (1, ""), path
        assert found.stderr.startswith(f"Error: {path}: ")
        assert message in found.stderr
