"""EC2's guide and Nitro page beside the API: statements like the others, of lower rank, and a cross-check."""

from __future__ import annotations

from collections.abc import Callable

from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import MiniData

Derive = Callable[[MiniData], Tables]

READ = "2026-11-01"
NITRO = "is_nitro, hypervisor, nitro_version"


# -- the guide --------------------------------------------------------------------------------------------------------


def test_the_guide_agrees_or_is_a_conflict(mini_data: MiniData, world: Derive) -> None:
    mini_data.guide(
        READ, "g5.large", has_instance_store="true", instance_store_gb="300", has_nvme_instance_store="true"
    )
    mini_data.guide(READ, "m5.large", has_instance_store="false", hypervisor="xen")
    made = world(mini_data)
    columns = "subject, fact, chosen_source, chosen_value, other_source, other_value"
    assert made.rows(f"SELECT {columns} FROM conflicts ORDER BY subject") == [
        ("g5.large", "instance_store_gb", "ec2_api_capture", "250", "ec2_guide", "300"),
        ("m5.large", "hypervisor", "ec2_api_capture", "nitro", "ec2_guide", "xen"),
    ]
    assert made.type("ml.g5.large", "instance_store_gb, storage_source") == (250, "ec2_api_capture")
    assert made.rows("SELECT kind, what FROM changes WHERE changed_on = ?", day(READ)) == [
        ("source_added", "ec2_guide")
    ]


def test_nvme_of_the_api_is_compared_with_the_guide_as_a_flag(mini_data: MiniData, world: Derive) -> None:
    mini_data.guide(READ, "g5.large", has_nvme_instance_store="true")
    mini_data.guide(READ, "g5.xlarge", has_nvme_instance_store="false")
    made = world(mini_data)
    columns = "subject, fact, chosen_source, chosen_value, other_value"
    assert made.rows(f"SELECT {columns} FROM conflicts") == [
        ("g5.xlarge", "has_nvme_instance_store", "ec2_api_capture", "true", "false")
    ]
    said = "SELECT source, value FROM observations WHERE fact = 'has_nvme_instance_store' AND subject = ? ORDER BY 1"
    assert made.rows(said, "g5.xlarge") == [("ec2_api_capture", "true"), ("ec2_guide", "false")]


def test_first_facts_are_news_unless_they_come_with_the_first_reading(mini_data: MiniData, world: Derive) -> None:
    """How local storage is encrypted is not carried back to the time in which the capture said nothing of it."""
    for on, name in (("2022-02-02", "m6d.large"), ("2022-02-02", "m7d.large")):
        mini_data.enum("2022-01-01", "TrainingType", f"ml.{name}")
        mini_data.capture(on, name, has_instance_store="true", nvme_support="required", hypervisor="nitro")
    mini_data.guide(READ, "m6d.large", instance_store_encryption="required")
    mini_data.guide("2026-11-05", "m7d.large", instance_store_encryption="required")
    made = world(mini_data)
    for name, on in (("ml.m6d.large", "2026-10-31"), ("ml.m7d.large", "2026-11-04")):
        assert made.type_on(name, on, "instance_store_encryption") is None
        assert made.type(name, "instance_store_encryption") == "required"
    news = "SELECT changed_on, instance_type, old_value FROM changes WHERE what = 'instance_store_encryption'"
    assert made.rows(news) == [(day("2026-11-05"), "ml.m7d.large", None)]


def test_the_plain_nvme_flag(mini_data: MiniData, world: Derive) -> None:
    mini_data.capture("2022-02-02", "g5.xlarge", nvme_support="supported")
    mini_data.capture("2022-02-02", "m5d.large", nvme_support="unsupported")
    made = world(mini_data)
    for name, expected in (("g5.large", True), ("g5.xlarge", True), ("m5d.large", False), ("m5.large", None)):
        assert made.type(f"ml.{name}", "has_nvme_instance_store") is expected
    spans = (
        "SELECT value, valid_from, valid_to FROM observations WHERE fact = 'has_nvme_instance_store' AND subject = ?"
    )
    assert made.rows(spans, "g5.xlarge") == [("true", day("2021-12-12"), None)], "required and supported are the same"
    assert made.rows("SELECT * FROM changes WHERE what = 'has_nvme_instance_store'") == [], "nvme_support has it"
    assert len(made.rows("SELECT * FROM changes WHERE what = 'nvme_support'")) == 2


def test_the_words_for_storage_take_nvme_from_the_guide_where_the_api_is_silent(
    mini_data: MiniData, world: Derive
) -> None:
    mini_data.enum("2026-01-01", "TrainingType", "ml.zz.large", "ml.yy.large", "ml.xx.large")
    disks = {"has_instance_store": "true", "instance_store_gb": "75", "instance_store_disks": "1x75 ssd"}
    mini_data.guide(READ, "zz.large", **disks, has_nvme_instance_store="true")
    mini_data.guide(READ, "yy.large", **disks, has_nvme_instance_store="false")
    mini_data.guide(READ, "xx.large", has_instance_store="true", has_nvme_instance_store="true")
    made = world(mini_data)
    assert made.type("ml.zz.large", "local_storage, storage_source") == ("1 x 75 GB NVMe SSD", "ec2_guide")
    assert made.type("ml.yy.large", "local_storage") == "1 x 75 GB SSD"
    assert made.type("ml.xx.large", "local_storage") == "NVMe storage of unknown size"
    assert made.verdict("ml.zz.large", "training") == "rejected"


def test_a_guide_that_no_longer_shows_a_type_contradicts_nobody(mini_data: MiniData, world: Derive) -> None:
    mini_data.guide(READ, "g5.large", has_instance_store="false")
    mini_data.guide("2026-11-05", "g5.large", is_present="false")
    made = world(mini_data)
    assert made.rows("SELECT * FROM conflicts") == []
    assert made.type("ml.g5.large", "status, last_verified") == ("listed", day(READ))


def test_curated_facts_are_the_last_to_be_believed(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2026-01-01", "TrainingType", "ml.zz.large")
    mini_data.hardware("2026-01-01", "zz.large", has_instance_store="true", nvme_support="required")
    made = world(mini_data)
    assert made.type("ml.zz.large", "has_instance_store, has_nvme_instance_store") == (True, True)
    mini_data.guide(READ, "zz.large", has_instance_store="false", has_nvme_instance_store="false")
    made = world(mini_data)
    columns = "has_instance_store, has_nvme_instance_store, nvme_support, storage_source"
    assert made.type("ml.zz.large", columns) == (False, False, "required", "ec2_guide")
    found = made.rows("SELECT fact, other_source FROM conflicts ORDER BY fact")
    assert found == [("has_instance_store", "curated"), ("has_nvme_instance_store", "curated")]


# -- the Nitro page ---------------------------------------------------------------------------------------------------


def test_a_family_of_the_nitro_page_speaks_for_its_types(mini_data: MiniData, world: Derive) -> None:
    mini_data.nitro(READ, "m5", "3")
    mini_data.nitro(READ, "g5", "4")
    mini_data.nitro(READ, "g5.xlarge", "5")
    made = world(mini_data)
    assert made.type("ml.m5.large", NITRO) == (True, "nitro", 3)
    assert made.type("ml.g5.large", NITRO) == (True, "nitro", 4)
    assert made.type("ml.g5.xlarge", NITRO) == (True, "nitro", 5), "a type's own entry wins"
    assert made.type("ml.t2.medium", NITRO) == (False, "xen", None)
    assert made.type_on("ml.m5.large", "2020-01-01", "nitro_version") == 3, "carried back"
    news = made.rows("SELECT kind, what, new_value FROM changes WHERE changed_on = ? ORDER BY 1", day(READ))
    assert news == [
        ("facts_added", "nitro_page", "3 facts about 3 types"),
        ("source_added", "nitro_page", "nitro_page"),
    ]


def test_an_entry_that_comes_or_goes_leaves_the_word_to_the_other(mini_data: MiniData, world: Derive) -> None:
    mini_data.nitro(READ, "g5", "4")
    mini_data.nitro("2026-11-03", "g5.large", "5")
    mini_data.nitro("2026-11-05", "g5.large", present=False)
    mini_data.nitro("2026-11-07", "g5", "6")
    mini_data.nitro("2026-11-09", "g5", present=False)
    made = world(mini_data)
    said = (
        "SELECT valid_from, value FROM observations WHERE source = 'nitro_page' AND subject = ? AND fact = ? ORDER BY 1"
    )
    days = [READ, "2026-11-03", "2026-11-05", "2026-11-07", "2026-11-09"]
    values = ["4", "5", "4", "6", None]
    versions = made.rows(said, "g5.large", "nitro_version")
    assert versions == [(day(on), value) for on, value in zip(days, values, strict=True)]
    assert made.type("ml.g5.large", NITRO) == (True, "nitro", None)
    assert made.rows(said, "g5.large", "hypervisor") == [(day(READ), "nitro"), (day("2026-11-09"), None)]


def test_the_nitro_page_disagrees_like_any_other_source(mini_data: MiniData, world: Derive) -> None:
    mini_data.nitro(READ, "t2", "2")
    made = world(mini_data)
    assert made.type("ml.t2.medium", NITRO) == (False, "xen", 2)
    found = made.rows("SELECT subject, fact, chosen_value, other_source, other_value FROM conflicts")
    assert found == [("t2.medium", "hypervisor", "xen", "nitro_page", "nitro")]


def test_bare_metal_has_no_hypervisor_whatever_its_family_has(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum("2026-01-01", "TrainingType", "ml.m5.metal")
    mini_data.capture("2026-01-01", "m5.metal", is_bare_metal="true", has_instance_store="false")
    mini_data.nitro(READ, "m5", "3")
    made = world(mini_data)
    assert made.type("ml.m5.metal", NITRO) == (None, None, 3)


def test_what_the_described_sizes_say_counts_more_for_a_new_one_than_the_nitro_page(
    mini_data: MiniData, world: Derive
) -> None:
    mini_data.enum("2026-01-01", "TrainingType", "ml.t2.large")
    mini_data.nitro(READ, "t2", "2")
    made = world(mini_data)
    assert made.type("ml.t2.large", NITRO) == (False, "xen", 2)
    assert made.rows("SELECT * FROM changes WHERE kind = 'fact' AND changed_on = ?", day(READ)) == []


def test_a_family_on_the_nitro_page_does_not_describe_a_new_size(mini_data: MiniData, world: Derive) -> None:
    """The size still takes after the described ones, since the day on which it was listed; only the version is new."""
    mini_data.enum("2026-01-01", "TrainingType", "ml.g5.48xlarge", "ml.zz.large")
    before = world(mini_data)
    columns = "has_instance_store, is_nitro, storage_basis, ec2_type, last_verified"
    known = before.type("ml.g5.48xlarge", columns)
    assert known == (True, True, "inferred", None, None)
    mini_data.nitro(READ, "g5", "4")
    mini_data.nitro(READ, "zz", "6")
    made = world(mini_data)
    assert made.type("ml.g5.48xlarge", columns) == known
    assert made.type("ml.g5.48xlarge", "nitro_version") == 4
    assert made.type_on("ml.g5.48xlarge", "2026-01-01", "is_nitro, nitro_version") == (True, 4)
    assert made.type("ml.zz.large", f"{columns}, nitro_version") == (None, True, None, None, None, 6)
    assert before.verdict("ml.g5.48xlarge", "training") == made.verdict("ml.g5.48xlarge", "training") == "rejected"
