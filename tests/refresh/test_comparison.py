"""What differs between two databases, each part with a world in which exactly that differs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.pipeline import build
from scrapers.refresh.comparison import SQL_DIR, Differences, ask, compare
from tests.pipeline.mini import MiniData

ON = "2026-11-01"
DISKS = {"has_instance_store": "true", "nvme_support": "required", "instance_store_encryption": "required"}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world as it is."""
    folder = tmp_path_factory.mktemp("before")
    return build(MiniData(folder / "data").write(), folder / "kb.duckdb", gate=False).database


@pytest.fixture
def after(tmp_path: Path, before: Path) -> Callable[[Callable[[MiniData], None]], Differences]:
    """Compares the small world with what a change makes of it."""

    def differences(change: Callable[[MiniData], None]) -> Differences:
        data = MiniData(tmp_path / "data")
        change(data)
        made = build(data.write(), tmp_path / "kb.duckdb", gate=False)
        return compare(before, made.database)

    return differences


Change = Callable[[Callable[[MiniData], None]], Differences]


def nothing_but(found: Differences, *parts: str) -> None:
    """Require that nothing else differs."""
    assert {name for name, rows in found.items() if rows} == set(parts)


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_the_same(after: Change) -> None:
    nothing_but(after(lambda data: None))
    nothing_but(after(lambda data: data.read(ON, "sagemaker_api")))


def test_a_database_with_itself_whatever_it_is_called(before: Path, tmp_path: Path) -> None:
    nothing_but(compare(before, before))
    for name in ("before.duckdb", "after.duckdb"):
        (tmp_path / name).write_bytes(before.read_bytes())
        nothing_but(compare(tmp_path / name, tmp_path / name))
    nothing_but(compare(tmp_path / "after.duckdb", tmp_path / "before.duckdb"))


def test_a_new_type(after: Change) -> None:
    def change(data: MiniData) -> None:
        data.enum(ON, "TrainingType", "ml.m5.xlarge")
        data.capture(ON, "m5.xlarge", has_instance_store="false", instance_store_gb="0", hypervisor="nitro")

    found = after(change)
    nothing_but(found, "new_types", "first_facts")
    [row] = found["new_types"]
    assert (row["instance_type"], row["local_storage"], row["is_kms_eligible"]) == ("ml.m5.xlarge", "none", True)
    assert row["answers"] == ["training: encrypts"]
    assert picked(found["first_facts"], "source", "types", "facts") == [("ec2_api_capture", 1, 3)]


def test_a_new_type_of_which_nothing_else_is_known(after: Change) -> None:
    found = after(lambda data: data.enum(ON, "AcceleratorType", "ml.x1.large"))
    nothing_but(found, "new_types")
    assert picked(found["new_types"], "local_storage", "answers") == [(None, [])]


def test_a_value_that_left_an_enum(after: Change) -> None:
    found = after(lambda data: data.enum(ON, "TrainingType", "ml.t2.medium", listed=False))
    nothing_but(found, "vanished", "answers")
    assert picked(found["vanished"], "kind", "name", "place") == [("enum", "ml.t2.medium", "TrainingType")]
    assert picked(found["answers"], "workload", "old_outcome", "new_outcome") == [
        ("training", "encrypts", "not_offered")
    ]


def test_a_type_that_left_every_list(after: Change) -> None:
    def change(data: MiniData) -> None:
        for shape in ("TrainingType", "EndpointType"):
            data.enum(ON, shape, "ml.t2.medium", listed=False)

    assert picked(after(change)["vanished"], "kind", "name", "place") == [
        ("enum", "ml.t2.medium", "EndpointType"),
        ("enum", "ml.t2.medium", "TrainingType"),
        ("type", "ml.t2.medium", "every list"),
    ]


def test_a_type_that_left_a_region_and_one_that_came(after: Change) -> None:
    def change(data: MiniData) -> None:
        data.prices(ON, "hosting", "eu-west-1", "ml.m5.large", listed=False)
        data.prices(ON, "hosting", "eu-west-2", "ml.t2.medium")

    found = after(change)
    nothing_but(found, "vanished", "regions")
    assert picked(found["vanished"], "kind", "name", "place", "regions") == [
        ("region_list", "ml.m5.large", "hosting", ["eu-west-1"])
    ]
    assert picked(found["regions"], "change", "component", "region", "instance_type") == [
        ("gone", "hosting", "eu-west-1", "ml.m5.large"),
        ("listed", "hosting", "eu-west-2", "ml.t2.medium"),
    ]


def test_a_type_that_ec2_dropped(after: Change) -> None:
    found = after(lambda data: data.capture(ON, "t2.medium", is_present="false"))
    assert picked(found["vanished"], "kind", "name", "place", "source") == [
        ("hardware", "t2.medium", "EC2", "ec2_api_capture")
    ]


def test_facts_that_changed_came_or_are_not_stated_any_more(after: Change) -> None:
    def change(data: MiniData) -> None:
        data.capture(ON, "m5d.large", instance_store_gb="80", instance_store_disks="1x80 ssd", vcpus="2", hypervisor="")

    found = after(change)
    nothing_but(found, "facts")
    assert picked(found["facts"], "ec2_type", "fact", "old_value", "new_value", "source", "origin") == [
        ("m5d.large", "hypervisor", "nitro", None, "ec2_api_capture", f"ec2_api_capture {ON}"),
        ("m5d.large", "instance_store_disks", "1x75 ssd", "1x80 ssd", "ec2_api_capture", f"ec2_api_capture {ON}"),
        ("m5d.large", "instance_store_gb", "75", "80", "ec2_api_capture", f"ec2_api_capture {ON}"),
        ("m5d.large", "vcpus", None, "2", "ec2_api_capture", f"ec2_api_capture {ON}"),
    ]


def test_a_fact_that_changes_answers(after: Change) -> None:
    found = after(lambda data: data.capture(ON, "m5.large", **DISKS, instance_store_gb="75"))
    assert picked(found["answers"], "workload", "instance_type", "old_outcome", "new_outcome") == [
        ("endpoint", "ml.m5.large", "encrypts", "not_applied"),
        ("experiment", "ml.m5.large", "encrypts", "not_applied"),
        ("training", "ml.m5.large", "encrypts", "rejected"),
    ]
    assert all(row["reason"] and row["url"] for row in found["answers"])


def test_a_rule_that_changes_answers(after: Change) -> None:
    found = after(lambda data: data.rule("training", ON, "encrypts", "not_applied"))
    nothing_but(found, "answers")
    assert {row["instance_type"] for row in found["answers"]} == {"ml.g5.large", "ml.g5.xlarge", "ml.m5d.large"}


def test_a_conflict_that_came(after: Change) -> None:
    found = after(lambda data: data.hardware(ON, "m5d.large", instance_store_gb="80"))
    nothing_but(found, "first_facts", "conflicts")
    assert picked(found["conflicts"], "change", "subject", "fact", "chosen_value", "other_value") == [
        ("came", "m5d.large", "instance_store_gb", "75", "80")
    ]


def test_a_conflict_that_went(tmp_path: Path, before: Path) -> None:
    data = MiniData(tmp_path / "data")
    data.hardware(ON, "m5d.large", instance_store_gb="80")
    disputed = build(data.write(), tmp_path / "kb.duckdb", gate=False).database
    found = compare(disputed, before)
    assert picked(found["conflicts"], "change", "subject") == [("went", "m5d.large")]


def test_a_sentence_that_changed_is_news_once(tmp_path: Path) -> None:
    def built(name: str, *changes: tuple[str, str, str | None]) -> Path:
        data = MiniData(tmp_path / name)
        data.watch("endpoint-key", "endpoint")
        data.watch("training-size", "training", "volume_size")
        for change in (("2026-01-01", "endpoint-key", "a"), ("2026-01-01", "training-size", "b"), *changes):
            data.sentence(*change)
        return build(data.write(), tmp_path / f"{name}.duckdb", gate=False).database

    first = built("first")
    second = built("second", (ON, "endpoint-key", "c"))
    third = built("third", (ON, "endpoint-key", "c"), ("2026-11-02", "training-size", None))
    nothing_but(compare(first, second), "evidence")
    [row] = compare(first, second)["evidence"]
    assert (row["status"], row["previous_fingerprint"], row["fingerprint"]) == ("changed", "a" * 16, "c" * 16)
    assert (row["previous_since"], row["seen_since"]) == ("2026-01-01", ON)
    assert (row["rules"], row["workloads"]) == (["endpoint-2024-01-01"], ["endpoint", "experiment"])
    # five types of the endpoint enum and one of the price list, in endpoint and what runs as it
    assert row["verdicts"] == 12
    assert row["is_news"]

    # it still waits for a review where nothing else was seen
    nothing_but(compare(second, second), "evidence")
    assert picked(compare(second, second)["evidence"], "sentence_id", "is_news") == [("endpoint-key", False)]

    found = compare(second, third)["evidence"]
    assert picked(found, "sentence_id", "status", "is_news") == [
        ("endpoint-key", "changed", False),
        ("training-size", "vanished", True),
    ]
    assert (found[1]["fingerprint"], found[1]["rules"], found[1]["verdicts"]) == (None, ["training-2022-01-01"], 5)


def test_the_price_list_takes_the_place_of_the_packaged_lists(after: Change) -> None:
    """The same listing from another source is no change; what the price list has beyond it is."""

    def change(data: MiniData) -> None:
        data.price_list(ON, "hosting", "eu-west-1", "ml.m5.large", "ml.g5.large")

    found = after(change)
    assert picked(found["regions"], "change", "component", "region", "instance_type", "source") == [
        ("listed", "hosting", "eu-west-1", "ml.g5.large", "price_list"),
        ("gone", "hosting", "eu-west-1", "ml.r7.large", "region_lists"),
    ]
    assert ("region_list", "ml.r7.large", ["eu-west-1"]) in picked(found["vanished"], "kind", "name", "regions")


def test_quotas_that_came(after: Change) -> None:
    found = after(lambda data: data.quota(ON, "training", "us-east-1", "ml.m5.large"))
    nothing_but(found, "regions")
    assert picked(found["regions"], "change", "component", "region", "instance_type") == [
        ("listed", "quota for training", "us-east-1", "ml.m5.large")
    ]


def test_the_live_api_is_compared_region_by_region(tmp_path: Path) -> None:
    def built(name: str, **facts: str) -> Path:
        data = MiniData(tmp_path / name)
        for region in ("eu-west-1", "us-east-1"):
            data.ec2_api("2026-01-01", "m5d.large", region, is_present="true")
        data.ec2_api("2026-01-01", "m5d.large", **facts)
        if name == "gone":
            for region in ("eu-west-1", "us-east-1"):
                data.ec2_api(ON, "m5d.large", region, is_present="false")
        if name == "gone in one":
            data.ec2_api(ON, "m5d.large", "eu-west-1", is_present="false")
        return build(data.write(), tmp_path / f"{name}.duckdb", gate=False).database

    first = built("first", vcpus="2")
    assert picked(
        compare(first, built("changed", vcpus="4"))["facts"], "ec2_type", "fact", "old_value", "new_value", "source"
    ) == [("m5d.large", "vcpus", "2", "4", "ec2_api")]
    assert compare(first, built("gone in one", vcpus="2"))["vanished"] == []
    gone = compare(first, built("gone", vcpus="2"))["vanished"]
    assert picked(gone, "kind", "name", "source") == [("hardware", "m5d.large", "ec2_api")]


def test_a_folder_whose_name_needs_quotes(tmp_path: Path, before: Path) -> None:
    odd = tmp_path / "it's; odd" / "kb.duckdb"
    odd.parent.mkdir()
    odd.write_bytes(before.read_bytes())
    nothing_but(compare(before, odd))


def test_every_query_says_what_comes_in() -> None:
    for path in SQL_DIR.glob("*.sql"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("-- ")
        assert any(line.startswith("-- in: ") for line in lines[1:4]), path.name


def test_queries_on_one_database(before: Path) -> None:
    rules, sentences = ask(before, ("rules", "sentences"))
    assert [row["workload"] for row in rules] == ["automl", "endpoint", "experiment", "training"]
    assert sentences == []
