"""A sentence that AWS changed: what ``kb build``, ``kb lint``, ``kb lookup`` and ``kb list`` show of it."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest

from kb.library import words
from kb.library.snapshot import Snapshot
from tests.cli.conftest import Run
from tests.pipeline.mini import MiniData

CHANGED = "2026-09-01"
PAGE = "https://example.com/page"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world, in which a sentence about training changed."""
    made = MiniData(tmp_path_factory.mktemp("review") / "data")
    made.watch("training-key", "training", place="ResourceConfig.VolumeKmsKeyId", url=PAGE)
    made.sentence("2026-08-01", "training-key", "a")
    made.sentence(CHANGED, "training-key", "b")
    return made.write()


@pytest.fixture(scope="module")
def made(data: Path) -> tuple[Path, Path]:
    """Database and snapshot of that world."""
    from kb.pipeline import build

    result = build(data, data.parent / "kb.duckdb", data.parent / "snapshot.txt")
    assert result.snapshot is not None
    return result.database, result.snapshot


@pytest.fixture
def answers(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library answer from that world."""
    module = sys.modules["kb.library.lookup"]
    monkeypatch.setattr(module, "_snapshot", Snapshot(str(made[1])))
    monkeypatch.setattr(module, "_current", {})


def test_build_publishes_and_says_what_to_review(kb: Run, data: Path, tmp_path: Path) -> None:
    found = kb("build", "--data", data, "--output", tmp_path / "kb.duckdb")
    assert (found.status, found.stdout) == (0, "")
    first, second, third = found.stderr.splitlines()
    assert "14 of 15 checks passed, 1 to review" in first
    assert second.startswith("REVIEW evidence_confirmed: every sentence")
    assert third.startswith("  training-key: review rule training-2019-06-01: ResourceConfig.VolumeKmsKeyId read aaaa")
    assert third.endswith("kb rule confirm training-key")
    assert kb("build", "-q", "--data", data, "--output", tmp_path / "kb.duckdb").stderr == ""


def test_lint_shows_it_and_ends_0(kb: Run, made: tuple[Path, Path]) -> None:
    found = kb("lint", "--database", made[0])
    assert found.status == 0
    lines = found.stdout.splitlines()
    (mark,) = (line for line in lines if line.startswith("REVIEW"))
    assert mark.split()[:5] == ["REVIEW", "evidence_confirmed", "1", "to", "review:"]
    assert "kb rule confirm training-key" in lines[lines.index(mark) + 1]
    assert sum(line.startswith("ok ") for line in lines) == 14
    assert found.stderr == "14 of 15 checks passed, 1 to review\n"


def test_lint_in_json_tells_the_level(kb: Run, made: tuple[Path, Path]) -> None:
    found = kb("lint", "--database", made[0], "--json")
    assert found.status == 0
    levels = {check["check"]: (check["level"], check["passed"]) for check in found.json}
    assert levels.pop("evidence_confirmed") == ("review", False)
    assert set(levels.values()) == {("error", True)}


@pytest.mark.usefixtures("answers")
def test_a_verdict_in_full_names_the_day_and_the_page(kb: Run) -> None:
    text = kb("lookup", "ml.g5.large", "--workload", "training").stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    place = lines.index(f"Under review the sentence behind this changed on {CHANGED}; see")
    assert lines[place + 1] == PAGE
    assert "\n  review" not in text, "the evidence below need not say it again"
    assert "Under review" not in kb("lookup", "ml.g5.large", "--workload", "endpoint").stdout
    before = kb("lookup", "ml.g5.large", "--workload", "training", "--as-of", "2026-08-31").stdout
    assert "Under review" not in before


@pytest.mark.usefixtures("answers")
def test_the_overview_marks_the_outcome(kb: Run) -> None:
    text = kb("lookup", "ml.g5.large").stdout
    (training,) = (line for line in text.splitlines() if line.startswith("training"))
    assert "rejected *" in training
    (endpoint,) = (line for line in text.splitlines() if line.startswith("endpoint"))
    assert "*" not in endpoint
    assert f"* {words.STAR}" in " ".join(text.split())
    assert "*" not in kb("lookup", "ml.r7.large").stdout


@pytest.mark.usefixtures("answers")
def test_programs_get_the_mark_too(kb: Run) -> None:
    verdicts = {verdict["workload"]: verdict for verdict in kb("lookup", "ml.g5.large", "--json").json["verdicts"]}
    assert {name: each["evidence_changed"] for name, each in verdicts.items()} == {
        "automl": False,
        "endpoint": False,
        "experiment": False,
        "training": True,
    }
    (review,) = (item for item in verdicts["training"]["evidence"] if item["kind"] == "review")
    assert (review["since"], review["url"], review["what"]) == (CHANGED, PAGE, "ResourceConfig.VolumeKmsKeyId")
    [row] = csv.DictReader(io.StringIO(kb("lookup", "ml.g5.large", "-w", "training", "--csv").stdout))
    assert row["evidence_changed"] == "true"


@pytest.mark.usefixtures("answers")
def test_list_marks_outcomes_and_has_a_column_for_it(kb: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    found = kb("list", "--workload", "training")
    assert all(line.endswith(" *") for line in found.stdout.splitlines()[2:])
    assert found.stderr.startswith(f"* {words.STAR}\n")
    plain = kb("list", "--workload", "endpoint")
    assert "*" not in plain.stdout + plain.stderr
    assert {each["evidence_changed"] for each in kb("list", "--workload", "training", "--json").json} == {True}
    shown = kb("list", "--workload", "endpoint", "--columns", "type,evidence_changed", "--csv").stdout
    assert {row["evidence_changed"] for row in csv.DictReader(io.StringIO(shown))} == {"false"}
    assert "evidence_changed" not in kb("list", "--json").json[0]
    wrong = kb("list", "--columns", "evidence_changed")
    assert (wrong.status, "--columns evidence_changed needs --workload" in wrong.stderr) == (2, True)
