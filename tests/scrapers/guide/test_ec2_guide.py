"""Good pages of the instance types guide, in all their forms."""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import replace
from importlib import resources

import pytest

from kb.dataset import paths
from kb.dataset.log_specs import EC2_GUIDE, GUIDE_FACTS, PRESENCE
from kb.errors import MissingExtraError
from scrapers.base import Document, ScrapeError
from scrapers.ec2.records import storage_facts
from scrapers.guide import Ec2Guide
from scrapers.reading import jsontree
from tests.scrapers.guide.figures import FORMER_2021, GUIDE, family
from tests.scrapers.guide.model import Cell, render
from tests.scrapers.guide.pages import I3_NOTE, LEAN, NOW, THEN, Style, all_pages, former_page, page
from tests.scrapers.guide.reading import I3, M5D, T3, facts, parse, small


@pytest.mark.parametrize("style", [NOW, THEN, LEAN, replace(NOW, has_commas=True, has_totals=True, in_tb=True)])
def test_a_page_of_2024_or_2026(style: Style) -> None:
    rows = parse("gp.html", page("gp", (M5D, T3), style))
    assert facts(rows, "m5d.large") == {
        "is_present": "true",
        "hypervisor": "nitro",
        "nitro_version": "2",
        "has_instance_store": "true",
        "has_nvme_instance_store": "true",
        "instance_store_gb": "75",
        "instance_store_disks": "1x75 ssd",
        "instance_store_encryption": "required",
    }
    assert facts(rows, "t3.nano") == {
        "is_present": "true",
        "hypervisor": "nitro",
        "nitro_version": "2",
        "has_instance_store": "false",
        "instance_store_gb": "0",
    }
    assert {fact for name, fact in rows if name == "t3.nano"} == {PRESENCE, *GUIDE_FACTS}
    assert Ec2Guide().rows_seen(rows) == 3


def test_every_fact_of_the_log_has_a_row_so_that_what_is_no_longer_stated_is_noticed() -> None:
    for name, content in all_pages().items():
        if name != "ec2-nitro-instances.html":
            rows = parse(name, content)
            assert all(fact in EC2_GUIDE.facts for _, fact in rows)
            assert len(rows) == Ec2Guide().rows_seen(rows) * len(EC2_GUIDE.facts)


def test_bare_metal_has_a_nitro_version_and_no_hypervisor() -> None:
    found = facts(parse("gp.html", page("gp", (M5D,))), "m5d.metal")
    assert found["nitro_version"] == "2"
    assert "hypervisor" not in found


def test_no_hypervisor_where_the_page_does_not_tell_which_types_are_bare_metal() -> None:
    remarks: list[str] = []
    rows = parse("gp.html", page("gp", (M5D, replace(T3, has_metal=True))), remarks)
    assert "hypervisor" not in facts(rows, "t3.nano")
    assert [remark for remark in remarks if "which types of T3 are bare metal is not stated" in remark]


def test_a_nitro_without_version() -> None:
    found = facts(parse("gp.html", page("gp", (family("M5", "Nitro", "large"), M5D))), "m5.large")
    assert found["hypervisor"] == "nitro"
    assert "nitro_version" not in found


def test_a_mark_that_the_page_explains_holds_for_the_types_that_it_names() -> None:
    remarks: list[str] = []
    rows = parse("so.html", page("so", (I3,), notes=[I3_NOTE]), remarks)
    assert facts(rows, "i3.large")["hypervisor"] == "xen"
    assert "hypervisor" not in facts(rows, "i3.metal")
    assert remarks == []


@pytest.mark.parametrize(
    "notes",
    [[], [I3_NOTE, I3_NOTE], ["* Some run elsewhere."], ["* <code>i3.metal</code> is not on the Nitro System."]],
)
def test_a_mark_that_is_not_explained_leaves_the_hypervisor_open(notes: list[str]) -> None:
    remarks: list[str] = []
    rows = parse("so.html", page("so", (I3,), notes=notes), remarks)
    assert "hypervisor" not in facts(rows, "i3.large")
    assert facts(rows, "i3.large")["instance_store_gb"] == "475"
    assert len(remarks) == 1
    assert "so.html, Instance family summary, row 1 (I3): * at the hypervisor of I3" in remarks[0]


def test_kinds_that_are_not_nvme_and_not_encrypted() -> None:
    rows = parse("so.html", page("so", GUIDE["so"]))
    assert facts(rows, "d2.xlarge")["instance_store_encryption"] == "unsupported"
    assert facts(rows, "d2.xlarge")["has_nvme_instance_store"] == "false"
    assert facts(rows, "d2.xlarge")["instance_store_disks"] == "3x2048 hdd"
    assert facts(rows, "h1.2xlarge")["instance_store_encryption"] == "required"
    assert facts(rows, "h1.2xlarge")["has_nvme_instance_store"] == "false"
    assert facts(rows, "d3.xlarge")["has_nvme_instance_store"] == "true"


def test_a_mark_at_the_encryption_leaves_it_open() -> None:
    model = small()
    model.table("security").rows[1][2] = Cell("\u2713 Yes<sup>3</sup>")
    remarks: list[str] = []
    rows = parse("gp.html", render(model), remarks)
    assert "instance_store_encryption" not in facts(rows, "m5d.large")
    assert facts(rows, "m5d.large")["has_instance_store"] == "true"
    assert "3 qualifies '\u2713 Yes', so encryption is not stated" in remarks[0]


def test_a_mark_at_not_supported_leaves_everything_open() -> None:
    model = small()
    model.table("security").rows[4][2] = Cell("Instance store not supported<sup>3</sup>")
    remarks: list[str] = []
    assert "has_instance_store" not in facts(parse("gp.html", render(model), remarks), "t3.nano")
    assert "so nothing is stated" in remarks[0]


def test_disks_of_which_some_are_nvme() -> None:
    model = small(family("M5d", "Nitro v2", "large:1x75+1x2000"))
    model.table("instance-store").rows[1][2] = Cell("NVMe SSD<br>HDD")
    remarks: list[str] = []
    found = facts(parse("gp.html", render(model), remarks), "m5d.large")
    assert found["instance_store_disks"] == "1x75 ssd + 1x2000 hdd"
    assert "has_nvme_instance_store" not in found
    assert "only some of the disks are NVMe" in remarks[0]


def test_an_unknown_column_is_told_and_left_out() -> None:
    model = small()
    table = model.table("instance-store")
    for row in [table.header, *(row for row in table.rows if len(row) > 1)]:
        row.insert(1, Cell("Local cache"))
    remarks: list[str] = []
    assert facts(parse("gp.html", render(model), remarks), "m5d.large")["instance_store_gb"] == "75"
    assert remarks == ["gp.html, Instance store specifications, header: unknown column 'local cache' was not read"]


def test_a_mark_at_a_column_that_is_read_is_told() -> None:
    model = small()
    model.table("security").header[2] = Cell("Instance store encryption <sup>9</sup>")
    remarks: list[str] = []
    parse("gp.html", render(model), remarks)
    assert len(remarks) == 1
    assert "column 'instance store encryption' has the footnote mark 9" in remarks[0]


@pytest.mark.parametrize("categories", [(), ("gp", "co", "so")])
def test_the_page_of_the_user_guide_before_2024_states_what_is_there_and_never_what_is_not(
    categories: tuple[str, ...],
) -> None:
    rows = parse("InstanceStorage.html", former_page(categories=categories))
    assert Ec2Guide().rows_seen(rows) == len(FORMER_2021)
    assert facts(rows, "m5d.4xlarge") == {
        "is_present": "true",
        "has_instance_store": "true",
        "has_nvme_instance_store": "true",
        "instance_store_gb": "600",
        "instance_store_disks": "2x300 ssd",
    }
    assert facts(rows, "c1.xlarge")["instance_store_gb"] == "1680"
    assert facts(rows, "d2.xlarge")["instance_store_gb"] == "6000"
    assert "false" not in rows.values()
    assert "has_nvme_instance_store" not in facts(rows, "d3.8xlarge")


def test_the_figures_of_the_fixtures_are_those_of_the_api() -> None:
    """What the fixtures say agrees with the packaged capture, so that a run with both has no conflict."""
    packed = resources.files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    capture = jsontree.load(Document("capture", gzip.decompress(packed)))
    names = set(json.loads(gzip.decompress(packed)))
    rows = Ec2Guide().merge(
        {name: parse(name, content) for name, content in all_pages().items() if "nitro" not in name}, {}
    )
    both = sorted({name for name, _ in rows} & names)
    assert len(both) > 150
    for name in both:
        for fact, value in storage_facts(capture[name]).items():
            stated = rows.get((name, fact), "")
            if fact == "hypervisor" and not value:
                assert stated == ""
            elif fact == "nvme_support":
                assert rows[name, "has_nvme_instance_store"] == {"": "", "unsupported": "false"}.get(value, "true")
            elif fact != "is_bare_metal":
                assert (name, fact, stated) == (name, fact, value)


def test_the_log_keeps_types_that_sagemaker_has() -> None:
    select = Ec2Guide().selector(paths.data_dir())
    kept = select(parse("gp.html", page("gp", GUIDE["gp"])))
    names = {name for name, _ in kept}
    assert {"m5d.large", "t3.medium"} <= names
    assert not {"m5.metal", "t2.nano"} & names


def test_a_type_on_two_pages_must_be_the_same_there() -> None:
    one = parse("gp.html", page("gp", (M5D,)))
    other = parse("co.html", page("co", (family("M5d", "Nitro v2", "large:1x80"),)))
    assert Ec2Guide().merge({"gp.html": one, "pg.html": dict(one)}, {}) == one
    with pytest.raises(ScrapeError, match=r"co\.html: m5d\.large: instance_store_gb is '80' here and '75' on another"):
        Ec2Guide().merge({"gp.html": one, "co.html": other}, {})


def test_without_beautifulsoup_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bs4", None)
    with pytest.raises(MissingExtraError, match=r"bs4.*\[scrape\]"):
        parse("gp.html", page("gp", (M5D,)))
