"""Whole runs: from documents to the two files, and what happens when something is wrong or dies midway."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kb.dataset.files import JOURNAL
from kb.dataset.log_specs import EC2_API_CAPTURE, REGION_LISTS, SAGEMAKER_API
from kb.dataset.logs import read_log, read_scrapes
from kb.errors import InputError
from scrapers import SCRAPERS
from scrapers.base import Request, ScrapeError
from scrapers.engine.run import RunResult, run
from tests.scrapers.builders import (
    CAPTURE_PATH,
    COMPONENTS,
    LIST_PATH,
    MODEL_PATH,
    GitRepository,
    as_bytes,
    capture,
    model,
    record,
    region_list,
    wheel,
)

SOURCE = "sagemaker_api"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def scrape(data: Path, version: str, on: date, **enums: list[str]) -> RunResult:
    """One run on a botocore wheel."""
    named = wheel(data.parent, "botocore", version, on, {MODEL_PATH: model(**enums)})
    return run(SOURCE, Request(wheel=named), data)


def files(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


def test_the_first_run_writes_everything(data: Path) -> None:
    result = scrape(data, "1.8.4", date(2017, 11, 29))
    assert (result.readings, result.rows_seen, result.rows_changed) == (1, 5, 5)
    assert result.log_path == SAGEMAKER_API.path(data)
    log = read_log(result.log_path, SAGEMAKER_API)
    assert tuple(log.rows) == result.changes
    assert log.rows[0] == ("2017-11-29", "botocore 1.8.4", "InstanceType", "ml.t2.medium", "true")
    (row,) = read_scrapes(data / "scrapes.csv")
    assert (row.document, row.rows_seen, row.rows_changed) == (MODEL_PATH, 5, 5)
    assert row.sha256 == hashlib.sha256(as_bytes(model())).hexdigest()
    assert sorted(files(data)) == ["observations/sagemaker_api.csv", "scrapes.csv"]


def test_a_run_without_news_adds_only_a_scrape(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)
    result = scrape(data, "1.8.5", date(2017, 12, 1))
    assert (result.rows_changed, result.rows_seen) == (0, 5)
    after = files(data)
    assert after["observations/sagemaker_api.csv"] == before["observations/sagemaker_api.csv"]
    assert after["scrapes.csv"].startswith(before["scrapes.csv"])
    assert [s.rows_changed for s in read_scrapes(data / "scrapes.csv")] == [5, 0]


def test_the_same_run_twice_changes_nothing(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)
    assert scrape(data, "1.8.4", date(2017, 11, 29)).rows_changed == 0
    assert files(data) == before


def test_the_same_release_on_a_later_day_verifies_nothing(data: Path, tmp_path: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)
    result = scrape(data, "1.8.4", date(2018, 3, 1))
    assert (result.readings, result.passed_over, result.rows_changed) == (0, 1, 0)
    assert files(data) == before

    run("region_lists", Request(wheel=lists_wheel(tmp_path, "1.50.0", date(2026, 6, 5))), data)
    capture_of = (record("t2.medium"), record("t3.large"))
    first = moto_wheel(tmp_path, "5.0.0", date(2026, 7, 1), *capture_of)
    run("ec2_api_capture", Request(wheel=first), data)
    scrape(data, "1.9.0", date(2026, 7, 2), InstanceType=["ml.t2.medium", "ml.t3.large"])
    again = moto_wheel(tmp_path, "5.0.0", date(2026, 7, 3), *capture_of)
    result = run("ec2_api_capture", Request(wheel=again), data)
    assert (result.readings, result.passed_over) == (1, 0)
    assert {(row[0], row[2]) for row in result.changes} == {("2026-07-03", "t3.large")}


def test_only_changes_are_appended(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)["observations/sagemaker_api.csv"]
    result = scrape(data, "1.9.0", date(2018, 2, 1), InstanceType=["ml.t2.large"])
    assert [row[2:] for row in result.changes] == [
        ("InstanceType", "ml.t2.large", "true"),
        ("InstanceType", "ml.t2.medium", "false"),
    ]
    assert files(data)["observations/sagemaker_api.csv"].startswith(before)


def test_a_git_history_with_a_removal_and_a_return(data: Path, tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "botocore")
    both = ["ml.t2.medium", "ml.t2.large"]
    made.commit("2018-01-01T12:00:00+00:00", {MODEL_PATH: model(InstanceType=both)}, tag="1.0.0")
    made.commit("2018-02-01T12:00:00+00:00", {MODEL_PATH: model(InstanceType=both[:1])}, tag="1.1.0")
    made.commit("2018-03-01T12:00:00+00:00", {"README": b"nothing of ours\n"}, tag="1.2.0")
    made.commit("2018-04-01T12:00:00+00:00", {MODEL_PATH: model(InstanceType=both)}, tag="1.10.0")
    lines: list[str] = []
    result = run(SOURCE, Request(git_dir=made.git_dir), data, lines.append)
    assert (result.readings, len(lines)) == (3, 3)
    assert lines[1] == "2018-02-01 botocore 1.1.0: 5 rows, 1 changed"
    assert [row for row in result.changes if row[3] == "ml.t2.large"] == [
        ("2018-01-01", "botocore 1.0.0", "InstanceType", "ml.t2.large", "true"),
        ("2018-02-01", "botocore 1.1.0", "InstanceType", "ml.t2.large", "false"),
        ("2018-04-01", "botocore 1.10.0", "InstanceType", "ml.t2.large", "true"),
    ]
    before = files(data)
    again = run(SOURCE, Request(git_dir=made.git_dir), data)
    assert (again.readings, again.passed_over, again.rows_changed) == (0, 3, 0)
    assert files(data) == before

    made.commit("2018-05-01T12:00:00+00:00", {MODEL_PATH: model(InstanceType=["ml.t3.medium"])}, tag="1.11.0")
    later = run(SOURCE, Request(git_dir=made.git_dir), data)
    assert (later.readings, later.passed_over, later.rows_changed) == (1, 3, 3)


def test_two_releases_on_one_day(data: Path, tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "botocore")
    first, second = ["ml.t2.medium", "ml.slip"], ["ml.t2.medium", "ml.t2.large"]
    made.commit("2018-01-01T02:00:00+00:00", {MODEL_PATH: model(InstanceType=first)}, tag="1.0.0")
    made.commit("2018-01-01T20:00:00+00:00", {MODEL_PATH: model(InstanceType=second)}, tag="1.0.1")
    result = run(SOURCE, Request(git_dir=made.git_dir), data)
    assert [(row[1], row[3]) for row in result.changes if row[2] == "InstanceType"] == [
        ("botocore 1.0.1", "ml.t2.large"),
        ("botocore 1.0.0", "ml.t2.medium"),
    ]
    assert [s.rows_changed for s in result.scrapes] == [5, 1]


def test_an_older_reading_is_refused(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)
    with pytest.raises(ScrapeError, match=r"older than the newest reading .* \(botocore 1\.8\.4 of 2017-11-29\)"):
        scrape(data, "1.8.5", date(2017, 11, 28))
    with pytest.raises(ScrapeError, match="older than the newest reading"):
        scrape(data, "1.8.3", date(2017, 12, 24))
    assert files(data) == before


def test_the_same_version_with_other_content_is_refused(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    with pytest.raises(ScrapeError, match="not the content that was read of the same version"):
        scrape(data, "1.8.4", date(2017, 11, 30), New=["ml.x"])


def test_the_future_is_refused(data: Path) -> None:
    with pytest.raises(ScrapeError, match="lies in the future"):
        scrape(data, "9.0.0", datetime.now(UTC).date() + timedelta(days=2))


def test_an_unknown_source(data: Path) -> None:
    with pytest.raises(ScrapeError, match=r"source prices: unknown\. Known: sagemaker_api, sagemaker_api_docs, "):
        run("prices", Request(), data)


def test_a_broken_document_late_in_a_history_leaves_everything(data: Path, tmp_path: Path) -> None:
    made = GitRepository(tmp_path / "botocore")
    made.commit("2018-01-01T12:00:00+00:00", {MODEL_PATH: model()}, tag="1.0.0")
    made.commit("2018-02-01T12:00:00+00:00", {MODEL_PATH: as_bytes(model())[:100]}, tag="1.1.0")
    with pytest.raises(ScrapeError, match="not a JSON document"):
        run(SOURCE, Request(git_dir=made.git_dir), data)
    assert files(data) == {}


def test_a_vanished_enum_needs_consent(data: Path) -> None:
    scrape(data, "1.0.0", date(2018, 1, 1), AcceleratorType=["ml.eia1.large"])
    with pytest.raises(ScrapeError, match=r"nothing is left of enum_shape AcceleratorType.*accept_vanished"):
        scrape(data, "1.1.0", date(2018, 2, 1))
    named = wheel(data.parent, "botocore", "1.1.0", date(2018, 2, 1), {MODEL_PATH: model()})
    result = run(SOURCE, Request(wheel=named, accept_vanished=True), data)
    assert result.changes == (("2018-02-01", "botocore 1.1.0", "AcceleratorType", "ml.eia1.large", "false"),)


def test_a_damaged_log_stops_the_run(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    path = SAGEMAKER_API.path(data)
    path.write_bytes(path.read_bytes()[:-3])
    before = files(data)
    with pytest.raises(InputError, match=r"sagemaker_api\.csv:6: the last line has no end"):
        scrape(data, "1.9.0", date(2018, 2, 1))
    assert files(data) == before


def test_a_run_that_died_between_the_two_files_is_completed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    replace = Path.replace

    def dies(path: Path, target: Path) -> Path:
        if target.name == "scrapes.csv":
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            scrape(data, "1.9.0", date(2018, 2, 1), New=["ml.x"])
    assert (data / JOURNAL).exists()

    result = scrape(data, "1.9.1", date(2018, 2, 2), New=["ml.x"])
    assert result.rows_changed == 0
    assert [s.rows_changed for s in read_scrapes(data / "scrapes.csv")] == [5, 1, 0]
    assert len(read_log(SAGEMAKER_API.path(data), SAGEMAKER_API).rows) == 6
    assert sorted(files(data)) == ["observations/sagemaker_api.csv", "scrapes.csv"]


def test_a_run_that_died_before_writing_changed_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)

    def dies(_path: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            scrape(data, "1.9.0", date(2018, 2, 1), New=["ml.x"])
    assert files(data) == before


def test_a_full_disk_leaves_the_old_files(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    before = files(data)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(ScrapeError, match=r"cannot be written \(No space left on device\)"):
            scrape(data, "1.9.0", date(2018, 2, 1), New=["ml.x"])
    assert files(data) == before


def test_rows_that_scrapes_does_not_know_stop_the_run(data: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    path = SAGEMAKER_API.path(data)
    path.write_bytes(path.read_bytes() + b"2018-01-01,botocore 1.8.9,New,ml.x,true\n")
    with pytest.raises(ScrapeError, match=r"1 rows \(botocore 1\.8\.9 of 2018-01-01\) of a reading that scrapes\.csv"):
        scrape(data, "1.9.0", date(2018, 2, 1))


def test_a_file_that_changes_during_a_run_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29))
    path = data / "scrapes.csv"
    named = wheel(tmp_path, "botocore", "1.9.0", date(2018, 2, 1), {MODEL_PATH: model(New=["ml.x"])})

    def meanwhile(_line: str) -> None:
        path.write_bytes(path.read_bytes() + b"more\n")

    with pytest.raises(ScrapeError, match=r"scrapes\.csv: changed while the source was read"):
        run(SOURCE, Request(wheel=named), data, meanwhile)


def lists_wheel(folder: Path, version: str, on: date, **changed: dict[str, object]) -> Path:
    made = {
        name: region_list(us_east_1=["ml.m5.large", "ml.g5.xlarge"], eu_west_1=["ml.m5.large"]) for name in COMPONENTS
    }
    made.update(changed)
    return wheel(folder, "cfn-lint", version, on, {LIST_PATH.format(name): value for name, value in made.items()})


def test_rows_changed_count_for_their_document(data: Path, tmp_path: Path) -> None:
    run("region_lists", Request(wheel=lists_wheel(tmp_path, "1.50.0", date(2026, 6, 5))), data)
    hosting = region_list(us_east_1=["ml.m5.large", "ml.g6f.xlarge"], eu_west_1=["ml.m5.large"])
    result = run(
        "region_lists", Request(wheel=lists_wheel(tmp_path, "1.51.0", date(2026, 7, 1), hosting=hosting)), data
    )
    assert [row[2:] for row in result.changes] == [
        ("hosting", "us-east-1", "ml.g5.xlarge", "false"),
        ("hosting", "us-east-1", "ml.g6f.xlarge", "true"),
    ]
    assert [(s.rows_seen, s.rows_changed) for s in result.scrapes] == [(3, 0), (3, 2), (3, 0), (3, 0)]
    assert result.rows_seen == 12
    assert len(read_log(REGION_LISTS.path(data), REGION_LISTS).rows) == 14


def moto_wheel(folder: Path, version: str, on: date, *records: dict[str, object]) -> Path:
    return wheel(folder, "moto", version, on, {f"{CAPTURE_PATH}.gz": capture(*records)})


def test_hardware_needs_the_other_logs_first(data: Path, tmp_path: Path) -> None:
    named = moto_wheel(tmp_path, "5.0.0", date(2026, 7, 1))
    with pytest.raises(ScrapeError, match=r"sagemaker_api\.csv: .*Scrape sagemaker_api and region_lists first"):
        run("ec2_api_capture", Request(wheel=named), data)


def test_hardware_of_types_with_an_ml_name_only(data: Path, tmp_path: Path) -> None:
    scrape(data, "1.8.4", date(2017, 11, 29), TrainingInstanceType=["ml.m5d.large", "ml.p2.xlarge"])
    run("region_lists", Request(wheel=lists_wheel(tmp_path, "1.50.0", date(2026, 6, 5))), data)
    made = GitRepository(tmp_path / "moto")
    old = {name: record(name) for name in ("p2.xlarge", "x2.large", "g5.xlarge")}
    made.commit("2021-02-22T12:00:00+00:00", {CAPTURE_PATH: old | {"m5d.large": record("m5d.large", [(1, 75, "ssd")])}})
    made.commit("2022-02-22T12:00:00+00:00", {CAPTURE_PATH: capture(record("m5d.large", [(1, 75, "ssd")]))})
    result = run("ec2_api_capture", Request(git_dir=made.git_dir), data)
    assert result.rows_seen == 3
    log = read_log(EC2_API_CAPTURE.path(data), EC2_API_CAPTURE)
    assert {row[2] for row in log.rows} == {"p2.xlarge", "g5.xlarge", "m5d.large"}
    assert not {row[3] for row in log.rows} & {"vcpus", "gpu_count"}
    assert [row[2:] for row in log.rows if row[0] == "2022-02-22"] == [
        ("g5.xlarge", "has_instance_store", "true"),
        ("g5.xlarge", "instance_store_disks", "1x250 ssd"),
        ("g5.xlarge", "instance_store_encryption", "required"),
        ("g5.xlarge", "instance_store_gb", "250"),
        ("g5.xlarge", "nvme_support", "required"),
        ("p2.xlarge", "is_present", "false"),
    ]

    named = moto_wheel(tmp_path, "5.0.0", date(2026, 7, 1), record("m5d.large", [(1, 75, "ssd")]), record("p2.xlarge"))
    result = run("ec2_api_capture", Request(wheel=named), data)
    log = read_log(EC2_API_CAPTURE.path(data), EC2_API_CAPTURE)
    assert log.state["g5.xlarge", "gpu_count"] == "1"
    assert log.state["m5d.large", "gpu_count"] == "0"
    assert log.state["p2.xlarge", "is_present"] == "true"
    assert ("2026-07-01", "moto 5.0.0", "p2.xlarge", "hypervisor", "nitro") not in result.changes


def test_every_scraper_is_registered_under_its_log() -> None:
    for name, scraper in SCRAPERS.items():
        assert name == scraper.source == scraper.log.name
        assert scraper.title
