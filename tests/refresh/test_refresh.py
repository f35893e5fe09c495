"""A refresh as a whole: what each source's outcome does to the others, to the logs, and to what is published."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

import kb
from kb.dataset.schema import TABLES
from kb.errors import BuildError, InputError, MissingExtraError
from kb.pipeline import BuildResult, build
from kb.pipeline import runner as pipeline
from scrapers.base import Request, Unreachable
from scrapers.refresh import BusyError, Outcome, runner
from scrapers.refresh.comparison import Differences
from scrapers.refresh.comparison import compare as compare_databases
from tests.pipeline.mini import MiniData
from tests.refresh.conftest import NAMES, Small
from tests.refresh.fakes import DAY, add_type, damaged

NEW_TYPE = {"has_instance_store": "false", "instance_store_gb": "0", "hypervisor": "nitro", "is_bare_metal": "false"}


def outcomes(small: Small, *sources: str) -> dict[str, Outcome]:
    return {each.source: each.outcome for each in small.refresh(*sources).sources}


def test_nothing_changed(small: Small) -> None:
    report = small.refresh()
    assert [source.outcome for source in report.sources] == [Outcome.UNCHANGED] * 3
    assert not report.is_changed
    assert report.exit_status == 0
    assert report.version_before == report.version_after
    assert not any(report.differences.values())
    # "verified" is worth noting: the readings stand in scrapes.csv, and nothing else was written
    assert report.files == ("scrapes.csv",)
    assert {name: small.read_on(name) for name in NAMES} == {name: [DAY] for name in NAMES}


def test_a_change_is_committed_built_and_published(small: Small) -> None:
    build(small.data, small.database, small.snapshot)
    small.api.show("TrainingType", "ml.m5.xlarge")
    add_type(small.capture, "m5.xlarge", **NEW_TYPE)
    report = small.refresh()
    assert [source.outcome for source in report.sources] == [Outcome.CHANGED, Outcome.UNCHANGED, Outcome.CHANGED]
    assert report.exit_status == 0
    assert report.files == ("observations/ec2_api_capture.csv", "observations/sagemaker_api.csv", "scrapes.csv")
    assert report.published == (str(small.database), str(small.snapshot))
    assert report.version_after == "2026.11.01" > report.version_before
    assert small.news("sagemaker_api") == [("TrainingType", "ml.m5.xlarge", "true")]
    assert [row["instance_type"] for row in report.differences["new_types"]] == ["ml.m5.xlarge"]
    with kb.connect(small.database) as connection:
        found = connection.execute(
            "SELECT workload, outcome FROM kms_verdicts WHERE instance_type = 'ml.m5.xlarge' ORDER BY ALL"
        )
        assert ("training", "encrypts") in found.fetchall()
    assert "ml.m5.xlarge" in small.snapshot.read_text()


def test_the_second_refresh_of_the_day_finds_nothing_new(small: Small) -> None:
    small.api.show("TrainingType", "ml.m5.xlarge")
    add_type(small.capture, "m5.xlarge", **NEW_TYPE)
    small.refresh()
    before, published = small.files(), small.database.read_bytes()
    report = small.refresh()
    assert not report.is_changed
    assert report.files == report.published == ()
    assert small.files() == before
    assert small.database.read_bytes() == published


def test_a_refresh_builds_once_and_publishes_what_it_built(small: Small, builds: list[str]) -> None:
    small.refresh()
    assert builds == ["before.duckdb", "after.duckdb"], "nobody had built before"
    small.api.show("TrainingType", "ml.r7.large")
    builds.clear()
    small.refresh()
    assert builds == ["after.duckdb"], "the published database is the one of before"
    expected = build(small.data, small.data.parent / "other.duckdb", small.data.parent / "other.txt")
    assert small.snapshot.read_bytes() == (small.data.parent / "other.txt").read_bytes()
    with kb.connect(small.database) as published, kb.connect(expected.database) as other:
        for table in TABLES:
            everything = f"SELECT * FROM {table.name}"
            assert published.execute(everything).fetchall() == other.execute(everything).fetchall(), table.name
    small.refresh()
    assert builds == ["after.duckdb"], "nothing changed, so nothing is built"


def test_what_waits_for_a_review_is_told_though_nothing_changed(small: Small, builds: list[str]) -> None:
    mini = MiniData(small.data)
    mini.watch("training-key")
    for day, wording in (("2026-01-01", "a"), ("2026-02-01", "b")):
        mini.sentence(day, "training-key", wording)
    mini.write()
    first = small.refresh()
    assert [row["sentence_id"] for row in first.differences["evidence"]] == ["training-key"]
    builds.clear()
    second = small.refresh()
    assert builds == []
    assert second.differences["evidence"] == first.differences["evidence"]
    assert [result.check.name for result in second.reviews] == ["evidence_confirmed"]


def test_the_database_that_was_compared_is_the_one_that_is_published(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def compare(before: Path, after: Path) -> Differences:
        compared.append(after.read_bytes())
        return genuine(before, after)

    genuine = compare_databases
    monkeypatch.setattr(runner, "compare", compare)
    small.api.show("TrainingType", "ml.r7.large")
    small.refresh()
    assert [small.database.read_bytes()] == compared


@pytest.mark.parametrize("other", ["data", "program", "schema", "damage"])
def test_a_database_of_something_else_is_not_the_one_of_before(
    small: Small, builds: list[str], cache: dict[str, BuildResult], other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.refresh()
    builds.clear()
    cache.clear()
    if other == "data":
        rules = small.data / "curated" / "sdk_name_rule.csv"
        rules.write_text(rules.read_text().replace("prefix_g5", "prefix_g4"))
    elif other == "program":
        folder = small.data.parent / "sql"
        shutil.copytree(pipeline.SQL_DIR, folder)
        (folder / "99_more.sql").write_text("SELECT 1;")
        monkeypatch.setattr(pipeline, "SQL_DIR", folder)
    elif other == "schema":
        with closing(duckdb.connect(str(small.database))) as connection:
            connection.execute("UPDATE build_info SET value = '1' WHERE name = 'schema_version'")
    else:
        small.database.write_bytes(small.database.read_bytes()[:20_000])
    report = small.refresh()
    assert builds == ["before.duckdb"]
    assert not any(report.differences.values())
    assert report.published


@pytest.mark.parametrize(
    ("error", "outcome", "status"),
    [
        (Unreachable("https://example.com", "name not found", "Check the network."), Outcome.SKIPPED, 0),
        (MissingExtraError("boto3", "scrape", "Reading the EC2 API"), Outcome.SKIPPED, 0),
        (damaged("region_lists"), Outcome.FAILED, 1),
        (OSError(28, "No space left on device", "raw"), Outcome.FAILED, 1),
        (KeyError("InstanceType"), Outcome.FAILED, 1),
    ],
)
def test_one_source_that_cannot_be_read_stops_no_other(
    small: Small, error: Exception, outcome: Outcome, status: int
) -> None:
    small.lists.fail(error)
    small.api.show("TrainingType", "ml.r7.large")
    before = small.files()["region_lists.csv"]
    report = small.refresh()
    assert [source.outcome for source in report.sources] == [Outcome.CHANGED, outcome, Outcome.UNCHANGED]
    assert report.exit_status == status
    reason = report.sources[1].reason
    assert str(error).split(":")[0] in reason
    assert small.files()["region_lists.csv"] == before
    assert small.news("sagemaker_api") == [("TrainingType", "ml.r7.large", "true")]
    # the failure of a source is no reason to hold back what the others show
    assert report.published


def test_a_fault_of_ours_says_where_it_is(small: Small) -> None:
    small.lists.fail(KeyError("InstanceType"))
    reason = small.refresh().sources[1].reason
    assert "a fault in the scraper, not in the source (KeyError in fakes.py:" in reason


def test_nothing_can_be_reached(small: Small) -> None:
    for fake in small.fakes.values():
        fake.fail(Unreachable(fake.source, "no network", "Connect."))
    before = small.files()
    report = small.refresh()
    assert report.exit_status == 0
    assert report.files == ()
    assert small.files() == before


def test_chosen_sources_only_in_the_order_of_the_registry(small: Small) -> None:
    assert outcomes(small, "ec2_api_capture") == {"ec2_api_capture": Outcome.UNCHANGED}
    assert [fake.times_read for fake in small.fakes.values()] == [0, 0, 1]


def test_a_dry_run_reads_and_compares_and_writes_nothing(small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    before = {path: path.read_bytes() for path in small.data.parent.rglob("*") if path.is_file()}
    report = small.refresh(is_dry_run=True)
    assert report.is_changed
    assert report.is_dry_run
    assert report.files == ("observations/sagemaker_api.csv", "scrapes.csv")
    assert report.published == ()
    assert report.differences["answers"]
    assert {path: path.read_bytes() for path in small.data.parent.rglob("*") if path.is_file()} == before


def test_when_the_gate_refuses_the_logs_stay_true_and_nothing_is_published(small: Small) -> None:
    build(small.data, small.database, small.snapshot)
    published = small.database.read_bytes(), small.snapshot.read_bytes()
    small.api.hide("TrainingType", "ml.t2.medium")
    small.api.hide("EndpointType", "ml.t2.medium")
    report = small.refresh()
    assert [result.check.name for result in report.refusals] == ["no_type_lost"]
    assert report.exit_status == 1
    assert report.published == ()
    assert report.files == ("observations/sagemaker_api.csv", "scrapes.csv")
    assert ("TrainingType", "ml.t2.medium", "false") in small.news("sagemaker_api")
    assert (small.database.read_bytes(), small.snapshot.read_bytes()) == published

    # it is not forgotten: the next refresh finds nothing new, and the gate still refuses
    again = small.refresh()
    assert not again.is_changed
    assert again.exit_status == 1

    # a person accepts it, and the next refresh publishes
    rows = "".join(
        f"no_type_lost,{violation.subject},Retired.,2026-11-02\n" for violation in report.refusals[0].violations
    )
    with (small.data / "curated" / "check_exceptions.csv").open("a") as file:
        file.write(rows)
    accepted = small.refresh()
    assert accepted.exit_status == 0
    assert accepted.published


def test_logs_that_changed_meanwhile_are_left_alone(small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    other = small.data / "observations" / "region_lists.csv"

    def somebody_else(request: Request) -> None:
        del request
        other.write_bytes(other.read_bytes() + b"\n")

    small.lists.before = somebody_else
    before = small.files()["sagemaker_api.csv"]
    with pytest.raises(BusyError, match=r"region_lists\.csv: changed while the sources were read; run it again"):
        small.refresh()
    assert small.files()["sagemaker_api.csv"] == before
    assert not small.database.exists()


@pytest.mark.parametrize("name", ["observations/region_lists.csv", "scrapes.csv", "curated/kms_rules.csv"])
def test_a_damaged_input_is_named_before_anything_is_read(small: Small, name: str) -> None:
    path = small.data / name
    path.write_text(path.read_text() + "x\n")
    with pytest.raises(InputError) as error:
        small.refresh()
    assert error.value.path == path
    assert error.value.line > 1
    assert small.api.times_read == 0


def test_what_cannot_be_built_is_not_committed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    before = small.files()

    def failing(data_dir: Path, database: Path, *, gate: bool) -> BuildResult:
        if database.name == "after.duckdb":
            raise BuildError("30_hardware.sql: division by zero; nothing was published")
        return build(data_dir, database, gate=gate)

    monkeypatch.setattr("scrapers.refresh.runner.build", failing)
    with pytest.raises(BuildError, match=r"cannot be built, nothing was written: 30_hardware\.sql"):
        small.refresh()
    assert small.files() == before


def test_a_database_that_cannot_be_written_is_in_the_report(small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    small.database.mkdir()
    report = small.refresh()
    assert report.files
    assert report.exit_status == 1
    assert "is a folder" in report.problem
    assert small.news("sagemaker_api")


@pytest.mark.parametrize("damage", ["database", "snapshot", "no database", "no snapshot"])
def test_what_is_out_of_date_is_published_even_if_nothing_changed(small: Small, damage: str) -> None:
    small.refresh()
    path = small.database if "database" in damage else small.snapshot
    good = path.read_bytes()
    if damage.startswith("no "):
        path.unlink()
    else:
        path.write_bytes(b"something else")
    report = small.refresh()
    assert not report.is_changed
    assert report.published == (str(small.database), str(small.snapshot))
    if "snapshot" in damage:
        assert path.read_bytes() == good


def test_remarks_and_failures_are_passed_on(small: Small) -> None:
    small.lists.remarks = ("type x1 has no size part",)
    small.lists.failures = ("eu-west-9: access denied",)
    source = small.refresh().sources[1]
    assert source.outcome is Outcome.UNCHANGED
    assert source.remarks == ("type x1 has no size part",)
    assert source.failures == ("eu-west-9: access denied",)


def test_a_second_reading_of_the_day_may_take_a_row_back(small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    small.refresh()
    small.api.hide("TrainingType", "ml.r7.large")
    report = small.refresh()
    assert report.sources[0].outcome is Outcome.CHANGED
    assert small.news("sagemaker_api") == []
    assert {row["new_outcome"] for row in report.differences["answers"]} == {"not_offered"}


def test_what_was_kept_is_read_again_without_the_source(small: Small, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    small.api.show("TrainingType", "ml.r7.large")
    small.refresh("sagemaker_api", is_dry_run=True, keep_raw=copy)
    small.api.fail(AssertionError("the source must not be read"))
    report = small.refresh(from_raw=copy)
    assert [source.outcome for source in report.sources] == [Outcome.CHANGED, Outcome.SKIPPED, Outcome.SKIPPED]
    assert "nothing of it is kept in" in report.sources[1].reason
    assert small.news("sagemaker_api") == [("TrainingType", "ml.r7.large", "true")]


def test_it_says_what_it_is_doing(small: Small) -> None:
    small.api.show("TrainingType", "ml.r7.large")
    small.refresh()
    assert "source 2 of 3, region_lists" in small.told
    assert "source 2 of 3, region_lists: reading region_lists" in small.told
    assert small.told[-1] == "publishing"


def test_no_temporary_folder_is_left(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    small.refresh()
    small.lists.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        small.refresh()
    assert list(scratch.iterdir()) == []


def interrupt(request: Request) -> None:
    """Ctrl-C while a source is read."""
    raise KeyboardInterrupt
