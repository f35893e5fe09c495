"""The live EC2 API beside its capture: presence per Region, facts on which Regions differ, and no false news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kb.checks import GateError
from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import LAUNCH, MiniData

Derive = Callable[[MiniData], Tables]

READ = "2026-11-01"
SAME = {"hypervisor": "nitro", "is_bare_metal": "false", "has_instance_store": "false", "instance_store_gb": "0"}
STORAGE = "has_instance_store, is_kms_eligible, storage_basis, storage_source"


def contested(data: MiniData, on: str, ec2_type: str = "m5.large") -> None:
    """From a day on, eu-west-1 shows no disks and the two American Regions show some."""
    data.ec2_api(on, ec2_type, has_instance_store="")
    data.ec2_api(on, ec2_type, "eu-west-1", is_present="true", has_instance_store="false")
    for region in ("us-west-2", "us-east-1"):
        data.ec2_api(on, ec2_type, region, is_present="true", has_instance_store="true")


def agreed(data: MiniData, on: str, value: str, ec2_type: str = "m5.large") -> None:
    """From a day on, every Region says so again."""
    data.ec2_api(on, ec2_type, has_instance_store=value)
    for region in ("eu-west-1", "us-west-2", "us-east-1"):
        data.ec2_api(on, ec2_type, region, has_instance_store="")


# -- the first reading ------------------------------------------------------------------------------------------------


def test_the_first_reading_is_no_news_where_it_says_what_the_capture_said(mini_data: MiniData, world: Derive) -> None:
    before = world(mini_data).rows("SELECT * FROM changes")
    mini_data.ec2_api(READ, "m5.large", **SAME)
    made = world(mini_data)
    assert [row[1:] for row in made.rows("SELECT * FROM changes") if row not in before] == [
        (day(READ), "source_added", "", "", "ec2_api", None, "ec2_api", f"ec2_api {READ}")
    ]
    assert made.rows("SELECT * FROM conflicts") == []
    columns = "storage_source, storage_origin, storage_observed_on, storage_basis, has_instance_store"
    assert made.type("ml.m5.large", columns) == ("ec2_api", f"ec2_api {READ}", day(READ), "observed", False)
    found = made.verdict("ml.m5.large", "training", READ, "outcome, outcome_since, storage_origin")
    assert found == ("encrypts", day("2018-06-01"), f"ec2_api {READ}")
    assert made.verdict("ml.m5.large", "training", "2026-10-31", "storage_origin") == "ec2_api_capture 2021-02-22"


def test_only_the_source_of_storage_changes_in_the_history(mini_data: MiniData, world: Derive) -> None:
    mini_data.ec2_api(READ, "m5.large", **SAME)
    made = world(mini_data)
    ask = "SELECT * EXCLUDE (valid_from, valid_to) FROM instance_types_history "
    ask += "WHERE instance_type = ? AND valid_from {} ?"
    names = [row[0] for row in made.rows(f"DESCRIBE {ask.replace('?', 'NULL').format('=')}")]
    (after,) = made.rows(ask.format("="), "ml.m5.large", day(READ))
    before = made.rows(f"{ask.format('<')} ORDER BY valid_from", "ml.m5.large", day(READ))[-1]
    changed = {name for name, old, new in zip(names, before, after, strict=True) if old != new}
    assert changed == {"storage_source", "storage_origin", "storage_observed_on"}


def test_a_value_that_differs_from_the_capture_is_news_and_a_conflict(mini_data: MiniData, world: Derive) -> None:
    mini_data.ec2_api(READ, "m5.large", **SAME | {"has_instance_store": "true", "instance_store_gb": "75"})
    made = world(mini_data)
    ask = "SELECT what, old_value, new_value FROM changes WHERE changed_on = ? AND kind = 'fact' ORDER BY what"
    assert made.rows(ask, day(READ)) == [("has_instance_store", "false", "true"), ("instance_store_gb", "0", "75")]
    assert made.verdict("ml.m5.large", "training", READ) == "rejected"
    columns = "chosen_source, chosen_value, other_source, other_value, newer"
    found = made.one(f"SELECT {columns} FROM conflicts WHERE fact = 'has_instance_store'")
    assert found == ("ec2_api", "true", "ec2_api_capture", "false", "chosen")


def test_facts_that_only_the_api_has_are_carried_back_as_one_change(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2023-01-01", "TrainingType", "ml.zz.large")
    mini_data.ec2_api(READ, "zz.large", **SAME, vcpus="2")
    made = world(mini_data)
    ask = "SELECT kind, instance_type, new_value FROM changes WHERE changed_on = ? ORDER BY kind"
    assert made.rows(ask, day(READ)) == [
        ("facts_added", "", "6 facts about 1 types"),
        ("source_added", "", "ec2_api"),
    ]
    assert made.type_on("ml.zz.large", "2023-01-01", STORAGE) == (False, True, "carried_back", "ec2_api")
    assert made.verdict("ml.zz.large", "training", "2023-01-01") == "encrypts"


def test_the_capture_goes_on_beside_the_api(mini_data: MiniData, world: Derive) -> None:
    mini_data.ec2_api(READ, "m5.large", **SAME)
    mini_data.capture("2026-11-05", "m5.large", has_instance_store="true", instance_store_gb="75")
    made = world(mini_data)
    assert made.type("ml.m5.large", STORAGE) == (False, True, "observed", "ec2_api")
    found = made.rows("SELECT fact, other_source, newer FROM conflicts ORDER BY fact")
    assert found == [
        ("has_instance_store", "ec2_api_capture", "other"),
        ("instance_store_gb", "ec2_api_capture", "other"),
    ]
    assert made.rows("SELECT * FROM changes WHERE changed_on = ?", day("2026-11-05")) == []


# -- presence ---------------------------------------------------------------------------------------------------------


def test_a_type_is_there_while_any_region_has_it(mini_data: MiniData, world: Derive) -> None:
    mini_data.ec2_api(READ, "m5.large", "eu-west-1", is_present="true")
    mini_data.ec2_api(READ, "m5.large", **SAME)
    mini_data.ec2_api("2026-11-05", "m5.large", "eu-west-1", is_present="false")
    made = world(mini_data)
    assert made.type("ml.m5.large", "status, retired_on") == ("listed", None)
    mini_data.ec2_api("2026-11-08", "m5.large", "us-east-1", is_present="false")
    made = world(mini_data)
    columns = "status, retired_on, has_instance_store, is_kms_eligible, hypervisor"
    assert made.type("ml.m5.large", columns) == ("retired", day("2026-11-08"), False, True, "nitro")
    assert made.type_on("ml.m5.large", "2026-11-07", "status") == "listed"
    seen = "SELECT scope, value, valid_from FROM observations WHERE fact = 'is_present' AND source = 'ec2_api'"
    assert made.rows(f"{seen} ORDER BY 1, 3") == [
        ("eu-west-1", "true", day(READ)),
        ("eu-west-1", "false", day("2026-11-05")),
        ("us-east-1", "true", day(READ)),
        ("us-east-1", "false", day("2026-11-08")),
    ]


def test_the_api_decides_over_a_capture_that_dropped_the_type(mini_data: MiniData, world: Derive) -> None:
    mini_data.capture("2026-10-10", "m5.large", is_present="false")
    mini_data.ec2_api(READ, "m5.large", **SAME)
    made = world(mini_data)
    assert made.type_on("ml.m5.large", "2026-10-31", "status") == "retired"
    assert made.type("ml.m5.large", "status, retired_on") == ("listed", None)
    assert made.rows("SELECT * FROM conflicts") == [], "a list without the type says nothing about it"


def test_last_verified_counts_readings_of_regions_that_have_the_type(mini_data: MiniData, world: Derive) -> None:
    mini_data.ec2_api(READ, "m5.large", "eu-west-1", is_present="true")
    mini_data.ec2_api(READ, "g5.large", "us-east-1", is_present="true")
    for on, regions in (
        (READ, ("eu-west-1", "us-east-1")),
        ("2026-11-04", ("eu-west-1",)),
        ("2026-11-09", ("us-east-1",)),
    ):
        for region in regions:
            mini_data.read(on, "ec2_api", document=f"DescribeInstanceTypes/{region}.json")
    made = world(mini_data)
    assert made.type("ml.m5.large", "last_verified") == day("2026-11-04")
    assert made.type("ml.g5.large", "last_verified") == day("2026-11-09")
    assert made.type("ml.t2.medium", "last_verified") == day("2021-12-12"), "by the capture alone"


# -- contested facts --------------------------------------------------------------------------------------------------


def test_regions_that_differ_leave_the_fact_unknown(mini_data: MiniData, world: Derive) -> None:
    contested(mini_data, READ)
    made = world(mini_data)
    assert made.type("ml.m5.large", STORAGE) == (None, None, "contested", "ec2_api")
    assert made.type("ml.m5.large", "local_storage, hypervisor, storage_origin") == (None, "nitro", f"ec2_api {READ}")
    assert made.type_on("ml.m5.large", "2026-10-31", STORAGE) == (False, True, "observed", "ec2_api_capture")
    outcome, reason, basis = made.verdict("ml.m5.large", "training", READ, "outcome, reason, basis")
    assert (outcome, basis) == ("unknown", None)
    assert "depends on the Region" in reason
    assert made.verdict("ml.m5.large", "training", "2026-10-31") == "encrypts"


def test_regions_that_differ_are_a_conflict_of_the_source_with_itself(mini_data: MiniData, world: Derive) -> None:
    contested(mini_data, READ)
    made = world(mini_data)
    columns = "subject, fact, chosen_source, chosen_value, other_source, other_value, newer"
    assert made.rows(f"SELECT {columns} FROM conflicts") == [
        (
            "m5.large",
            "has_instance_store",
            "ec2_api",
            "unknown",
            "ec2_api",
            "false in eu-west-1, true in us-east-1 us-west-2",
            "unknown",
        )
    ]
    assert READ in made.one("SELECT explanation FROM conflicts")
    seen = "SELECT scope, value FROM observations WHERE source = 'ec2_api' AND fact = 'has_instance_store' ORDER BY ALL"
    assert made.rows(seen) == [("eu-west-1", "false"), ("us-east-1", "true"), ("us-west-2", "true")]
    news = "SELECT what, old_value, new_value FROM changes WHERE kind = 'fact' AND changed_on = ?"
    assert made.rows(news, day(READ)) == [("has_instance_store", "false", None)]


def test_a_conflict_between_regions_stops_publishing_until_a_person_has_looked(mini_data: MiniData) -> None:
    contested(mini_data, READ)
    with pytest.raises(GateError) as caught:
        mini_data.build()
    failed = {each.check.name: [v.subject for v in each.violations] for each in caught.value.results if each.blocks}
    assert failed == {"conflicts_listed": ["m5.large has_instance_store ec2_api"]}
    subject = failed["conflicts_listed"][0]
    mini_data.add("check_exceptions", check_name="conflicts_listed", subject=subject, reason="A person has looked.")
    assert all(each.passed for each in mini_data.build().checks)


def test_regions_that_agree_again_end_it(mini_data: MiniData, world: Derive) -> None:
    contested(mini_data, READ)
    agreed(mini_data, "2026-11-05", "true")
    made = world(mini_data)
    assert made.type("ml.m5.large", STORAGE) == (True, False, "observed", "ec2_api")
    assert made.type_on("ml.m5.large", "2026-11-04", "storage_basis") == "contested"
    assert made.verdict("ml.m5.large", "training") == "rejected"
    found = made.rows("SELECT chosen_value, other_source FROM conflicts WHERE fact = 'has_instance_store'")
    assert found == [("true", "ec2_api_capture")], "only the capture still says otherwise"


def test_what_was_said_of_a_region_that_lost_the_type_counts_no_more(mini_data: MiniData, world: Derive) -> None:
    contested(mini_data, READ)
    mini_data.ec2_api("2026-11-05", "m5.large", "eu-west-1", is_present="false")
    made = world(mini_data)
    assert made.type("ml.m5.large", STORAGE) == (True, False, "observed", "ec2_api")
    for region in ("us-west-2", "us-east-1"):
        mini_data.ec2_api("2026-11-08", "m5.large", region, is_present="false")
    made = world(mini_data)
    assert made.type("ml.m5.large", f"status, {STORAGE}") == ("retired", None, None, "contested", "ec2_api")


def test_a_region_that_does_not_say_is_not_outvoted(mini_data: MiniData, world: Derive) -> None:
    """The log has no row for a Region that is silent about a contested fact."""
    mini_data.ec2_api(READ, "g5.large", "eu-west-1", is_present="true", has_instance_store="false")
    mini_data.ec2_api(
        READ, "g5.large", "us-east-1", is_present="true", has_instance_store="true", nvme_support="required"
    )
    made = world(mini_data)
    columns = "has_instance_store, nvme_support, has_nvme_instance_store, instance_store_gb"
    assert made.type("ml.g5.large", columns) == (None, None, None, 250)
    found = made.rows("SELECT fact, other_value FROM conflicts ORDER BY fact")
    assert found == [
        ("has_instance_store", "false in eu-west-1, true in us-east-1"),
        ("has_nvme_instance_store", "true in us-east-1"),
        ("nvme_support", "required in us-east-1"),
    ]


def test_words_that_mean_the_same_flag_leave_the_flag_known(mini_data: MiniData, world: Derive) -> None:
    for region, word in (("eu-west-1", "supported"), ("us-east-1", "required")):
        mini_data.ec2_api(READ, "g5.large", region, is_present="true", nvme_support=word)
    made = world(mini_data)
    assert made.type("ml.g5.large", "nvme_support, has_nvme_instance_store") == (None, True)
    assert made.type("ml.g5.large", "local_storage") == "1 x 250 GB NVMe SSD"
    assert made.rows("SELECT fact FROM conflicts") == [("nvme_support",)]


def test_one_disagreement_about_nvme_is_one_conflict(mini_data: MiniData, world: Derive) -> None:
    mini_data.ec2_api(READ, "g5.large", nvme_support="unsupported")
    made = world(mini_data)
    found = made.rows("SELECT fact, chosen_value, other_value FROM conflicts")
    assert found == [("nvme_support", "unsupported", "required")], "the flag only follows from it"
    assert made.type("ml.g5.large", "has_nvme_instance_store, local_storage") == (False, "1 x 250 GB SSD")


def test_a_contested_size_hides_nothing_from_its_family(mini_data: MiniData, world: Derive) -> None:
    """A new size is inferred from its family only where all described sizes are known and agree."""
    mini_data.enum("2026-10-01", "TrainingType", "ml.g5.48xlarge")
    made = world(mini_data)
    assert made.type("ml.g5.48xlarge", "has_instance_store, storage_basis") == (True, "inferred")
    contested(mini_data, READ, "g5.large")
    made = world(mini_data)
    assert made.type("ml.g5.48xlarge", "has_instance_store, storage_basis") == (None, None)
    assert made.type("ml.g5.xlarge", "has_instance_store") is True


def test_a_type_known_to_the_api_only_may_be_contested_from_the_first_day(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2025-01-01", "TrainingType", "ml.zz.large")
    contested(mini_data, READ, "zz.large")
    made = world(mini_data)
    for on in ("2025-01-01", READ):
        found: Any = made.type_on("ml.zz.large", on, STORAGE)
        assert found == (None, None, "contested", "ec2_api")
    assert made.verdict("ml.zz.large", "training", LAUNCH) == "not_offered"
