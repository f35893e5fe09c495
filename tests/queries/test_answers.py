"""What the shipped queries say about the shipped data, against facts known beforehand and counts made another way."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb
import pytest

import kb
from kb.dataset import queries
from kb.dataset.paths import queries_dir
from tests.effort import effort

Row = dict[str, Any]
Ask = Callable[..., list[Row]]


@pytest.fixture
def ask(connection: duckdb.DuckDBPyConnection) -> Ask:
    def rows(name: str, **values: str) -> list[Row]:
        result = queries.run(connection, queries.find(queries_dir(), name), values)
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]

    return rows


def test_verdicts_and_offers(ask: Ask) -> None:
    [answer] = ask("can-i-use-my-key", type="ML.m5.xlarge", workload="training")
    assert (answer["outcome"], answer["all_storage_under_key"]) == ("encrypts", "yes")
    gpus = ask("everything-under-my-key", workload="training", min_gpus="1")
    assert "ml.p3.2xlarge" in {row["instance_type"] for row in gpus}
    assert "ml.g5.xlarge" not in {row["instance_type"] for row in gpus}
    assert min(row["gpu_count"] for row in gpus) == 1
    assert len(ask("sdk-name-rule-errors")) == 17
    by_workload = {row["workload"]: row["outcome"] for row in ask("outcome-on-a-day")}
    assert by_workload["training"] == "encrypts"
    by_workload = {row["workload"]: row["outcome"] for row in ask("outcome-on-a-day", day="2025-08-03")}
    assert by_workload["training"] == "rejected"
    assert all(row["priced_since"] for row in ask("region-offering"))
    assert "ml.r7g.large" in {row["instance_type"] for row in ask("price-list-only-types")}
    sizes = {row["workload"]: row["volume_size_limit_gb"] for row in ask("volume-size-limits")}
    assert sizes["training"] == 250
    assert all(row["verdicts"] > 0 for row in ask("contradicting-statements"))


def test_families(ask: Ask) -> None:
    storage = {row["family"]: row["local_storage"] for row in ask("local-storage-by-family")}
    assert (storage["g5"], storage["m5"], storage["eia2"]) == ("yes", "no", "unknown")
    nitro = ask("nitro-by-family")
    assert {row["family"] for row in nitro if row["is_nitro"] == "no"} == {"c4", "m4", "p2", "p3", "t2"}
    assert all(row["with_local_storage"] == 0 for row in nitro if row["is_nitro"] != "yes")
    assert {row["family"] for row in nitro if row["is_nitro"] == "unknown"} == {"eia1", "eia2", "geospatial"}
    assert sum(row["types"] for row in nitro) == len(kb.find())


def test_matrix_counts_the_offered_types(ask: Ask) -> None:
    counted = Counter(
        (each.family, workload, kb.volume_kms(each.instance_type, workload).outcome.value)
        for each in kb.find()
        for workload in kb.workloads()
    )
    offered = {cell: types for cell, types in counted.items() if cell[2] != "not_offered"}
    matrix = ask("outcome-matrix")
    assert {(row["family"], row["workload"], row["outcome"]): row["types"] for row in matrix} == offered
    assert {row["types_under_review"] for row in matrix} == {0}


def test_local_storage_by_year_ends_with_what_is_known_now(ask: Ask) -> None:
    years = ask("local-storage-by-year")
    assert [row["year"] for row in years] == list(range(2017, 2027))
    assert tuple(years[0].values()) == (2017, 0, 18, 0)
    now = Counter(each.has_instance_store for each in kb.find())
    assert tuple(years[-1].values()) == (2026, now[True], now[False], now[None])


def test_arrivals_by_year(ask: Ask) -> None:
    arrivals = {(row["workload"], row["year"]): row for row in ask("arrivals-by-year")}
    # ml.g4dn came to endpoints in 2019, and the service began with ten types
    assert arrivals["endpoint", 2017]["arrivals"] == 10
    assert (arrivals["endpoint", 2019]["arrivals"], arrivals["endpoint", 2019]["with_local_storage"]) == (34, 24)
    assert {workload for workload, _ in arrivals}.isdisjoint({"automl", "labeling"})
    # nothing ever left the training jobs
    offered = [each for each in kb.find() if kb.volume_kms(each.instance_type, "training").outcome != "not_offered"]
    assert arrivals["training", 2026]["arrivals_so_far"] == len(offered)


def test_what_changed_is_after_the_first_day_and_up_to_the_last(
    ask: Ask, connection: duckdb.DuckDBPyConnection
) -> None:
    def total(condition: str) -> Any:
        return connection.execute(f"SELECT sum(changes) FROM versions WHERE {condition}").fetchall()[0][0]

    assert len(ask("what-changed")) == total("version = '2026.06.10'")
    wide = ask("what-changed", **{"from": "2026.05.01", "to": "2026.06.10"})
    assert len(wide) == total("version > '2026.05.01' AND version <= '2026.06.10'")
    rules = ask("what-changed", kind="rule")
    assert {row["workload"] for row in rules} == {"endpoint", "inference_experiment", "inference_recommendation"}
    assert {(row["old_value"], row["new_value"]) for row in rules} == {("rejected", "not_applied")}
    assert ask("what-changed", **{"from": "2026-06-10", "to": "2026-06-10"}) == []


def test_iam_actions(ask: Ask) -> None:
    actions = {row["action"]: row for row in ask("iam-actions-for-a-volume-key")}
    able = {name for name, row in actions.items() if row["can_require_volume_key"] == "yes"}
    assert {"CreateTrainingJob", "CreateEndpointConfig", "CreateNotebookInstance", "CreateLabelingJob"} <= able
    assert able.isdisjoint({"CreateCluster", "UpdateNotebookInstance", "CreateApp"})
    assert {name for name in able if actions[name]["can_exempt_types"] == "no"} == {
        "CreateAutoMLJob",
        "CreateAutoMLJobV2",
        "CreateLabelingJob",
    }
    refused = sum(kb.volume_kms(each.instance_type, "training").outcome == "rejected" for each in kb.find())
    training = actions["CreateTrainingJob"]
    assert (training["types_refused"], training["types_partly_outside"]) == (refused, 0)
    endpoint = actions["CreateEndpointConfig"]
    assert endpoint["types_refused"] == 0 < endpoint["types_partly_outside"]
    assert actions["CreateLabelingJob"]["types_refused"] is None


def test_not_verified_lately(ask: Ask, connection: duckdb.DuckDBPyConnection) -> None:
    def subjects(what: str, before: str) -> dict[str, Any]:
        return {
            row["subject"]: row["last_verified"]
            for row in ask("not-verified-lately", before=before)
            if row["what"] == what
        }

    newest = kb.lookup("ml.g5.xlarge").last_verified
    assert newest
    types = subjects("hardware of a type", str(newest))
    assert types["ml.p2.xlarge"] == "2025-03-17"
    assert types["ml.eia2.medium"] is None
    assert "ml.g5.xlarge" not in types
    assert subjects("hardware of a type", str(newest + timedelta(days=1)))["ml.g5.xlarge"] == str(newest)
    sources = subjects("source", "1970-01-01")
    assert sources.keys() >= {"ec2_api", "price_list", "service_quotas"}
    assert "sagemaker_api" not in sources
    assert len(subjects("hardware of a type", "9999-12-31")) == len(kb.find())


def test_where_data_lies(ask: Ask) -> None:
    places = {(row["workload"], row["place"]): row for row in ask("where-data-lies")}
    assert len(places) == 4 * len(kb.workloads())
    volume = places["notebook", "ML storage volume"]
    assert (volume["location"], volume["is_ephemeral"]) == ("/home/ec2-user/SageMaker", "no")
    assert places["training", "ML storage volume"]["is_ephemeral"] == "yes"
    assert places["studio", "local NVMe storage"]["location"] == "/mnt/sagemaker-nvme"
    assert "XTS-AES-256" in places["hyperpod", "local NVMe storage"]["encryption_without_key"]
    assert places["automl", "ML storage volume"]["encryption_without_key"] is None


def test_where_the_key_goes(ask: Ask) -> None:
    keys = {row["workload"]: row["volume_kms_key_paths"] for row in ask("where-the-key-goes")}
    assert keys["transform"] == "TransformResources.VolumeKmsKeyId"
    assert keys["training"].split(" | ")[0] == "CreateTrainingJob:ResourceConfig.VolumeKmsKeyId"
    assert keys["optimization"] is None


def test_retired_types(ask: Ask) -> None:
    gone = ask("retired-types")
    by_finding = Counter(row["finding"] for row in gone)
    assert by_finding == {"EC2 no longer has it": 7, "a workload no longer offers it": 28}
    assert {row["workload"] for row in gone if row["workload"]} == {"inference_experiment"}
    [left] = [row for row in gone if row["instance_type"] == "ml.p3dn.24xlarge"]
    verdicts = kb.verdict_history("ml.p3dn.24xlarge", "inference_experiment")
    assert left["since"] in {change.valid_from for change in verdicts if change.outcome == "not_offered"}


def test_unknown_answers(ask: Ask) -> None:
    gaps = ask("unknown-answers")
    keys = {row["workload"]: row["types"] for row in gaps if row["what"] == "outcome of a key"}
    assert keys == {"automl": len(kb.find()), "labeling": len(kb.find()), "studio": 1}
    assert sum(row["types"] for row in gaps if row["what"] == "local storage") == 7
    assert all(row["why"] for row in gaps)


def test_rule_timeline(ask: Ask) -> None:
    endpoint = ask("rule-timeline")
    since = {row["valid_from"].isoformat(): row["outcome_with_local_storage"] for row in endpoint}
    assert list(since.items())[:2] == [("2026-06-10", "not_applied"), ("2019-11-18", "rejected")]
    for_weeks = [row for row in endpoint if row["outcome_without_local_storage_nitro"] == "rejected"]
    assert [row["valid_from"].isoformat() for row in for_weeks] == ["2019-09-25"]
    assert ask("rule-timeline", workload="monitoring")[0]["inherited_from"] == "processing"


# -- nearest type -----------------------------------------------------------------------------------------------------


def library_agrees(lite: sqlite3.Connection, asked: kb.InstanceType, workload: str, region: str | None = None) -> None:
    """The query has the alternatives of the library, at the same distance and in the same order."""
    query = queries.find(queries_dir(), "nearest-without-local-storage")
    values = {"type": asked.instance_type, "workload": workload, "region": region or "any"}
    result = queries.run(lite, query, values)
    rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    found = [(row["instance_type"], row["distance"]) for row in rows if row["finding"] == "alternative"]
    expected = kb.alternatives(asked.instance_type, workload, region=region, limit=10)
    assert found == [(each.instance_type, each.distance) for each in expected], values
    assert {row["local_storage_given_up"] for row in rows} == {asked.local_storage}


@pytest.mark.effort
@pytest.mark.parametrize("workload", kb.workloads())
def test_nearest_types_are_those_of_the_library(lite: sqlite3.Connection, workload: str) -> None:
    for asked in kb.find(has_instance_store=True)[:: effort(10, 1)]:
        library_agrees(lite, asked, workload)


@pytest.mark.effort
@pytest.mark.parametrize(("workload", "region"), [("endpoint", "eu-north-1"), ("training", "ap-southeast-5")])
def test_nearest_types_of_a_region_are_those_of_the_library(
    lite: sqlite3.Connection, workload: str, region: str
) -> None:
    for asked in kb.find(has_instance_store=True)[:: effort(40, 9)]:
        library_agrees(lite, asked, workload, region)


def test_nearest_type_is_the_same_machine_without_disks(ask: Ask) -> None:
    for asked, nearest in (("ml.m5d.xlarge", "ml.m5.xlarge"), ("ml.c5d.9xlarge", "ml.c5.9xlarge")):
        first = ask("nearest-without-local-storage", type=asked)[0]
        assert (first["instance_type"], first["distance"], first["finding"]) == (nearest, 0, "alternative")
        assert (first["vcpus_change"], first["memory_change_gib"], first["accelerators_change"]) == (0, 0.0, 0)
        assert first["in_region"] is None


def test_nearest_types_say_what_is_better_and_worse(ask: Ask) -> None:
    first = ask("nearest-without-local-storage", type="ml.trn1.2xlarge")[0]
    assert (first["instance_type"], first["accelerator_name"]) == ("ml.inf2.xlarge", "Inferentia2")
    assert (first["vcpus_change"], first["memory_change_gib"]) == (-4, -16.0)
    assert (first["accelerators_change"], first["accelerator_memory_change_gib"]) == (0, 0.0)
    assert first["local_storage_given_up"] == "1 x 474 GB NVMe SSD"


@pytest.mark.parametrize(
    ("asked", "retired"), [("ml.g5.2xlarge", ["ml.p3.2xlarge", "ml.p2.xlarge"]), ("ml.p5.48xlarge", [])]
)
def test_no_gpu_of_nvidia_is_left_without_local_storage(ask: Ask, asked: str, retired: list[str]) -> None:
    none, *others = ask("nearest-without-local-storage", type=asked, workload="training")
    assert none["finding"] == "none: no listed type of this kind and about this size keeps all storage under the key"
    assert (none["instance_type"], none["distance"], none["vcpus_change"]) == (None, None, None)
    assert [row["instance_type"] for row in others] == retired
    assert {row["finding"] for row in others} <= {"SageMaker lists it, EC2 no longer has it"}


@pytest.mark.parametrize(
    ("asked", "workload", "finding"),
    [
        ("ml.dl1.24xlarge", "training", "none: "),
        ("ml.trn2.48xlarge", "training", "none: "),
        ("ml.m5d.xlarge", "optimization", "none: "),
        ("ml.m5.xlarge", "training", "it has no local storage itself"),
        ("ml.p6e-gb200.36xlarge", "training", "not all of its hardware is known"),
        ("ml.geospatial.interactive", "studio", "not known whether it has local storage"),
        ("ml.nope.xlarge", "training", "no such instance type"),
        ("ml.g5.xlarge", "nope", "no such workload"),
    ],
)
def test_no_nearest_type_is_a_row_that_says_why(ask: Ask, asked: str, workload: str, finding: str) -> None:
    [row] = ask("nearest-without-local-storage", type=asked, workload=workload)
    assert row["finding"].startswith(finding)
    assert row["instance_type"] is None


def test_nearest_types_of_a_region(ask: Ask) -> None:
    assert {row["in_region"] for row in ask("nearest-without-local-storage", region="EU-North-1")} == {"yes"}
    # no Region list speaks of notebooks, and none of Mars
    notebooks = ask("nearest-without-local-storage", workload="notebook", region="us-east-1")
    assert {row["in_region"] for row in notebooks} == {"not known"}
    [mars] = ask("nearest-without-local-storage", region="mars")
    assert (mars["finding"], mars["instance_type"]) == ("no such Region", None)
