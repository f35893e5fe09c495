"""``kb history``, ``kb versions`` and ``kb diff``: what changed."""

from __future__ import annotations

import csv
import io

import pytest

import kb as library
from tests.cli.conftest import Run


def test_history_tells_when_a_type_got_its_disks_and_what_that_changed(kb: Run) -> None:
    text = " ".join(kb("history", "ml.trn2.48xlarge").stdout.split())
    assert text.startswith("ml.trn2.48xlarge 2024-10-29 first listed")
    assert "2025-08-03 is_kms_eligible: true -> false local_storage: none -> 4 x 1900 GB NVMe SSD" in text
    assert "endpoint, inference_recommendation, training, tuning: encrypts -> rejected" in text
    assert "instance_store_gb" not in text


def test_history_in_json_ends_at_the_outcomes_of_today(kb: Run) -> None:
    found = kb("history", "ml.g5.xlarge", "--json").json
    assert found["data_version"] == library.DATA_VERSION
    days = [event["changed_on"] for event in found["events"]]
    assert days == sorted(days)
    assert found["events"][0]["kind"] == "first_listed"
    latest = dict.fromkeys(library.workloads(), "not_offered")
    for event in found["events"]:
        if event["kind"] == "outcome":
            assert event["old"] == latest[event["workload"]]
            latest[event["workload"]] = event["new"]
    assert latest == {name: library.volume_kms("ml.g5.xlarge", name).outcome for name in library.workloads()}


def test_history_of_one_workload(kb: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(kb("history", "ml.p3.2xlarge", "-w", "endpoint", "--csv").stdout)))
    outcomes = [(row["changed_on"], row["old"], row["new"]) for row in rows if row["kind"] == "outcome"]
    assert outcomes == [
        ("2017-11-29", "not_offered", "no_key_parameter"),
        ("2018-01-18", "no_key_parameter", "encrypts"),
    ]
    assert [row["new"] for row in rows if row["what"] == "status"] == ["retired"]


def test_history_of_an_unknown_type_or_workload(kb: Run) -> None:
    assert kb("history", "ml.nope").status == 1
    assert kb("history", "ml.g5.xlarge", "-w", "nope").status == 1


def test_versions_newest_first(kb: Run) -> None:
    found = kb("versions", "--limit", "3")
    assert found.stdout.splitlines()[2].split()[0] == library.DATA_VERSION
    assert found.stderr == f"3 of {len(library.versions())} versions\n"
    everything = kb("versions", "--json").json
    assert [each["version"] for each in everything] == [v.version for v in reversed(library.versions())]
    assert kb("versions", "--csv").stdout.startswith("version,released_on,changes,summary\n")


def test_diff_writes_every_change_for_programs(kb: Run) -> None:
    expected = [change.as_dict() for change in library.diff("2025.07.01", "2025.09.01")]
    assert expected
    assert kb("diff", "2025.07.01", "2025-09-01", "--json").json == expected
    rows = list(csv.DictReader(io.StringIO(kb("diff", "2025.07.01", "2025.09.01", "--csv").stdout)))
    assert [row["what"] for row in rows] == [change["what"] for change in expected]


def test_diff_is_grouped_for_people(kb: Run) -> None:
    found = kb("diff", "2025.07.01", "2025.09.01")
    text = " ".join(found.stdout.split())
    assert "hyperpod, with local storage: no key parameter -> EBS only" in text
    assert "local_storage: none -> 4 x 1900 GB NVMe SSD: ml.trn2.48xlarge" in text
    assert "endpoint, inference_recommendation, training, tuning: encrypts -> rejected: ml.trn2.48xlarge" in text
    assert len(found.stdout.splitlines()) < 60
    assert found.stderr.endswith("changes from 2025-07-01 to 2025-09-01\n")


@pytest.mark.parametrize("columns", [80, 120])
def test_everything_that_ever_changed_fits_the_terminal(kb: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for old, new in (("2017-11-29", library.DATA_VERSION), (library.DATA_VERSION, "2017-11-29")):
        lines = kb("diff", old, new).stdout.splitlines()
        assert len(lines) < 400
        assert max(map(len, lines)) <= columns


def test_diff_of_one_type_and_one_kind(kb: Run) -> None:
    found = kb("diff", "2025.07.01", "2025.09.01", "--type", "ML.trn2.48xlarge", "--kind", "fact", "--json").json
    assert {(each["instance_type"], each["kind"]) for each in found} == {("ml.trn2.48xlarge", "fact")}
    assert kb("diff", "2025.07.01", "2025.09.01", "--type", "ml.nope").status == 1


def test_diff_of_a_day_with_itself_is_empty(kb: Run) -> None:
    found = kb("diff", "2025.07.01", "2025.07.01")
    assert (found.status, found.stdout) == (0, "")
    assert found.stderr.startswith("0 changes")


@pytest.mark.parametrize("arguments", [("2025.07.01",), ("x", "2025.07.01"), ("2010-01-01", "2025.07.01")])
def test_diff_wrong_usage(kb: Run, arguments: tuple[str, ...]) -> None:
    assert kb("diff", *arguments).status == 2
