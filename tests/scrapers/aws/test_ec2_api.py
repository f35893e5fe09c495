"""Parser and merge of the EC2 API's answers: pure functions, without AWS."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kb.dataset.log_specs import ALL_REGIONS, OTHER_FACTS, PRESENCE, STORAGE_FACTS
from scrapers.base import Document, Rows, ScrapeError
from scrapers.ec2.api import OFFERINGS, TYPES, Ec2Api
from tests.scrapers.aws.worlds import g4dn, m5d, offerings, region, types
from tests.scrapers.builders import as_bytes, record

API = Ec2Api()
EAST, WEST, SOUTH = "us-east-1", "eu-west-1", "ap-south-1"


def documents(name: str, *records: dict[str, Any], offered: list[dict[str, Any]] | None = None) -> dict[str, Document]:
    made = region(name, *records)
    described = {"Region": name, "InstanceTypes": made["InstanceTypes"]}
    listed = {"Region": name, "InstanceTypeOfferings": made["InstanceTypeOfferings"] if offered is None else offered}
    return {
        f"{TYPES}/{name}.json": Document(f"{TYPES}/{name}.json", as_bytes(described)),
        f"{OFFERINGS}/{name}.json": Document(f"{OFFERINGS}/{name}.json", as_bytes(listed)),
    }


def merged(state: Rows, *regions: dict[str, Document], remarks: list[str] | None = None) -> Rows:
    """What one reading of some Regions says."""
    found = {name: document for one in regions for name, document in one.items()}
    said: list[str] = [] if remarks is None else remarks
    return API.merge({name: API.parse(found[name], said.append) for name in found}, state, said.append)


def facts(rows: Rows, ec2_type: str, *names: str) -> dict[tuple[str, str], str]:
    return {(fact, place): v for (name, fact, place), v in rows.items() if name == ec2_type and fact in names}


def after(state: Rows, rows: Rows) -> Rows:
    """What a log keeps: everything that was said, where it says something."""
    return {key: value for key, value in (state | rows).items() if value}


def test_rows_of_one_region() -> None:
    (described, listed) = documents(EAST, m5d(150)).values()
    rows = API.parse(described)
    assert {fact for name, fact, _ in rows if name == "m5d.xlarge"} == {*STORAGE_FACTS, *OTHER_FACTS}
    assert rows["m5d.xlarge", "instance_store_disks", EAST] == "1x150 ssd"
    assert API.parse(listed) == {(name, PRESENCE, EAST): "true" for name in ("g5.xlarge", "inf2.xlarge", "m5d.xlarge")}
    assert (API.rows_seen(rows), API.rows_seen(API.parse(listed))) == (3, 3)
    assert API.part(("m5d.xlarge", PRESENCE, EAST)) == EAST
    assert API.part(("m5d.xlarge", "vcpus", ALL_REGIONS)) is None


def test_what_all_regions_say_stands_once() -> None:
    rows = merged({}, documents(EAST, m5d()), documents(WEST, m5d()))
    assert facts(rows, "m5d.xlarge", "instance_store_gb", PRESENCE) == {
        ("instance_store_gb", ALL_REGIONS): "150",
        (PRESENCE, EAST): "true",
        (PRESENCE, WEST): "true",
    }


def test_regions_that_differ_are_a_conflict_until_they_agree() -> None:
    first = merged({}, documents(EAST, m5d(150)), documents(WEST, m5d(300)))
    assert facts(first, "m5d.xlarge", "instance_store_gb", "vcpus") == {
        ("instance_store_gb", ALL_REGIONS): "",
        ("instance_store_gb", EAST): "150",
        ("instance_store_gb", WEST): "300",
        ("vcpus", ALL_REGIONS): "4",
    }
    second = merged(after({}, first), documents(EAST, m5d(300)), documents(WEST, m5d(300)))
    assert facts(second, "m5d.xlarge", "instance_store_gb") == {
        ("instance_store_gb", ALL_REGIONS): "300",
        ("instance_store_gb", EAST): "",
        ("instance_store_gb", WEST): "",
    }


def test_a_region_that_was_not_read_keeps_its_last_word() -> None:
    state = after({}, merged({}, documents(EAST, m5d(150)), documents(WEST, m5d(150))))
    rows = merged(state, documents(EAST, m5d(300)))
    contested = {
        ("instance_store_gb", ALL_REGIONS): "",
        ("instance_store_gb", EAST): "300",
        ("instance_store_gb", WEST): "150",
    }
    assert facts(rows, "m5d.xlarge", "instance_store_gb") == contested
    state = after(state, rows) | {("m5d.xlarge", "instance_store_gb", ALL_REGIONS): ""}
    assert facts(merged(state, documents(EAST, m5d(300))), "m5d.xlarge", "instance_store_gb") == contested
    assert facts(merged(state, documents(WEST, m5d(300))), "m5d.xlarge", "instance_store_gb") == {
        ("instance_store_gb", ALL_REGIONS): "300",
        ("instance_store_gb", EAST): "",
        ("instance_store_gb", WEST): "",
    }


def test_a_region_that_no_longer_has_the_type_has_no_word() -> None:
    state = after({}, merged({}, documents(EAST, m5d(150)), documents(WEST, m5d(300))))
    gone = merged(state, documents(EAST, m5d(150)), documents(WEST))
    assert facts(gone, "m5d.xlarge", "instance_store_gb", PRESENCE) == {
        ("instance_store_gb", ALL_REGIONS): "150",
        ("instance_store_gb", EAST): "",
        ("instance_store_gb", WEST): "",
        (PRESENCE, EAST): "true",
    }
    state[("m5d.xlarge", PRESENCE, WEST)] = "false"
    unread = merged(state, documents(EAST, m5d(150)))
    assert facts(unread, "m5d.xlarge", "instance_store_gb")["instance_store_gb", ALL_REGIONS] == "150"


def test_a_type_that_only_an_unread_region_has_is_left_alone() -> None:
    state = after({}, merged({}, documents(EAST, m5d(150)), documents(WEST, m5d(150))))
    rows = merged(state, documents(EAST))
    assert facts(rows, "m5d.xlarge", PRESENCE, *STORAGE_FACTS) == {}


def test_a_record_that_is_silent_contradicts_nobody() -> None:
    silent = m5d()
    del silent["ProcessorInfo"]["SustainedClockSpeedInGhz"], silent["InstanceStorageInfo"]["EncryptionSupport"]
    rows = merged({}, documents(EAST, m5d()), documents(WEST, silent))
    assert facts(rows, "m5d.xlarge", "clock_ghz", "instance_store_encryption") == {
        ("clock_ghz", ALL_REGIONS): "3.1",
        ("instance_store_encryption", ALL_REGIONS): "required",
    }
    again = merged(after({}, rows), documents(EAST, silent), documents(WEST, silent))
    assert facts(again, "m5d.xlarge", "clock_ghz") == {("clock_ghz", ALL_REGIONS): ""}


def test_silence_counts_where_the_regions_disagree_on_what_it_depends_on() -> None:
    plain = record("m5d.xlarge")
    names = ("has_instance_store", "nvme_support", "instance_store_encryption", "instance_store_disks")
    rows = merged({}, documents(EAST, m5d(), g4dn()), documents(WEST, plain, record("g4dn.xlarge", [(1, 125, "ssd")])))
    assert {fact: rows["m5d.xlarge", fact, ALL_REGIONS] for fact in names} == dict.fromkeys(names, "")
    assert {fact: rows["m5d.xlarge", fact, EAST] for fact in names} == {
        "has_instance_store": "true",
        "nvme_support": "required",
        "instance_store_encryption": "required",
        "instance_store_disks": "1x150 ssd",
    }
    assert [rows["g4dn.xlarge", fact, ALL_REGIONS] for fact in ("gpu_count", "gpu_name", "gpu_memory_gib")] == [""] * 3
    assert rows["g4dn.xlarge", "gpu_name", EAST] == "T4"
    state = after({}, rows)
    assert merged(state, documents(EAST, m5d(), g4dn()))["m5d.xlarge", "nvme_support", ALL_REGIONS] == ""


def test_presence_follows_the_offerings() -> None:
    remarks: list[str] = []
    offered = offerings(EAST, types(record("c5.large")))
    rows = merged({}, documents(EAST, m5d(), offered=offered), documents(WEST, m5d(300)), remarks=remarks)
    assert facts(rows, "c5.large", PRESENCE, "vcpus") == {(PRESENCE, EAST): "true"}
    assert facts(rows, "m5d.xlarge", PRESENCE, "instance_store_gb") == {
        (PRESENCE, WEST): "true",
        ("instance_store_gb", ALL_REGIONS): "300",
    }
    assert remarks == [
        f"{EAST}: 1 EC2 types are described but not offered, and left out: m5d.xlarge",
        f"{EAST}: 1 EC2 types are offered but not described: c5.large",
    ]
    many = [record(f"c5.{n}xlarge") for n in range(1, 9)]
    merged({}, documents(EAST, *many, offered=offerings(EAST, types())), remarks=remarks)
    assert remarks[-1].endswith("left out: c5.1xlarge, c5.2xlarge, c5.3xlarge, c5.4xlarge, c5.5xlarge, ...")


def without(*names: str) -> list[dict[str, Any]]:
    """The usual records without some of their members."""
    made = [*types(m5d()), g4dn()]
    for one in made:
        for name in names:
            one.pop(name, None)
    return made


def only(name: str, *records: dict[str, Any]) -> dict[str, Document]:
    """A Region with these records and no others."""
    return {
        f"{call}/{name}.json": Document(f"{call}/{name}.json", as_bytes({"Region": name, member: listed}))
        for call, member, listed in (
            (TYPES, "InstanceTypes", list(records)),
            (OFFERINGS, "InstanceTypeOfferings", offerings(name, list(records))),
        )
    }


def test_a_fact_that_disappears_from_every_record_is_refused() -> None:
    state = after({}, merged({}, documents(EAST, m5d(), g4dn())))
    with pytest.raises(ScrapeError, match=r"no record states gpu_manufacturer, which the log has of 2 of the types"):
        merged(state, only(EAST, *without("GpuInfo")))
    with pytest.raises(ScrapeError, match=r"no record states hypervisor, .* of 4 of the types \(g4dn\.xlarge\)"):
        merged(state, only(EAST, *without("Hypervisor")))


def test_a_region_without_special_hardware_may_be_read_alone_but_not_first() -> None:
    with pytest.raises(ScrapeError, match=r"no record states accelerator_memory_gib, and the log never had it"):
        merged({}, only(SOUTH, m5d()))
    state = after({}, merged({}, documents(EAST, m5d(), g4dn())))
    rows = merged(state, only(SOUTH, m5d()))
    assert rows["m5d.xlarge", PRESENCE, SOUTH] == "true"


def test_a_region_with_one_document_is_refused() -> None:
    made = documents(EAST, m5d())
    del made[f"{OFFERINGS}/{EAST}.json"]
    with pytest.raises(ScrapeError, match=rf"{OFFERINGS}/{EAST}\.json: missing"):
        merged({}, made)


DAMAGES: list[tuple[str, Any, str]] = [
    (TYPES, lambda d: d.pop("Region"), "no member 'Region'"),
    (TYPES, lambda d: d.update(Region=WEST), f"unknown value '{WEST}'; known: {EAST}"),
    (TYPES, lambda d: d.pop("InstanceTypes"), "no member 'InstanceTypes'"),
    (TYPES, lambda d: d.update(InstanceTypes=[]), "an empty array"),
    (TYPES, lambda d: d["InstanceTypes"].append(d["InstanceTypes"][0]), r"g5\.xlarge occurs twice"),
    (TYPES, lambda d: d["InstanceTypes"][2].pop("InstanceType"), r"InstanceTypes\[2\]: no member 'InstanceType'"),
    (TYPES, lambda d: d["InstanceTypes"][2].pop("InstanceStorageSupported"), "no member 'InstanceStorageSupported'"),
    (TYPES, lambda d: d["InstanceTypes"][2].update(InstanceStorageSupported="true"), "true or false expected"),
    (TYPES, lambda d: d["InstanceTypes"][2].update(InstanceStorageSupported=False), "disks, although"),
    (TYPES, lambda d: d["InstanceTypes"][2].pop("InstanceStorageInfo"), "no member 'InstanceStorageInfo'"),
    (TYPES, lambda d: d["InstanceTypes"][2]["InstanceStorageInfo"].update(TotalSizeInGB=1), "the disks add up to 150"),
    (TYPES, lambda d: d["InstanceTypes"][2]["InstanceStorageInfo"].update(NvmeSupport="yes"), "unknown value 'yes'"),
    (TYPES, lambda d: d["InstanceTypes"][2].update(Hypervisor="kvm"), "unknown value 'kvm'; known: nitro, xen"),
    (TYPES, lambda d: d["InstanceTypes"][2]["VCpuInfo"].pop("DefaultVCpus"), "no member 'DefaultVCpus'"),
    (OFFERINGS, lambda d: d["InstanceTypeOfferings"].append(d["InstanceTypeOfferings"][0]), "occurs twice"),
    (OFFERINGS, lambda d: d["InstanceTypeOfferings"][0].update(Location=WEST), f"unknown value '{WEST}'"),
    (OFFERINGS, lambda d: d["InstanceTypeOfferings"][0].update(LocationType="outpost"), "unknown value 'outpost'"),
    (OFFERINGS, lambda d: d["InstanceTypeOfferings"][0].pop("InstanceType"), "no member 'InstanceType'"),
    (OFFERINGS, lambda d: d.update(InstanceTypeOfferings=[]), "an empty array"),
]


@pytest.mark.parametrize(("call", "damage", "message"), DAMAGES)
def test_a_damaged_document_is_refused(call: str, damage: Any, message: str) -> None:
    made = region(EAST, m5d())
    content: dict[str, Any] = {"Region": EAST, **copy.deepcopy(made)}
    damage(content)
    with pytest.raises(ScrapeError, match=rf"{call}/{EAST}\.json at \$.*{message}"):
        API.parse(Document(f"{call}/{EAST}.json", as_bytes(content)))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"<html></html>", b'{"Region": "us-east-1"', b"\xff"])
def test_what_is_not_the_json_of_an_answer_is_refused(content: bytes) -> None:
    with pytest.raises(ScrapeError, match=rf"{TYPES}/{EAST}\.json"):
        API.parse(Document(f"{TYPES}/{EAST}.json", content))


@pytest.mark.parametrize(
    "name", ["DescribeImages/us-east-1.json", f"{TYPES}.json", f"{TYPES}/all.json", f"{TYPES}/x", ""]
)
def test_a_document_of_another_name_is_refused(name: str) -> None:
    with pytest.raises(ScrapeError, match=rf"not a document of {TYPES} or {OFFERINGS}"):
        API.parse(Document(name, as_bytes({"Region": EAST, **region(EAST)})))


def test_an_odd_name_is_told() -> None:
    remarks: list[str] = []
    rows = API.parse(documents(EAST, record("u-p6e-gb200x36"))[f"{TYPES}/{EAST}.json"], remarks.append)
    assert remarks == ["EC2 type 'u-p6e-gb200x36' has a name of no known form"]
    assert ("u-p6e-gb200x36", "vcpus", EAST) in rows
