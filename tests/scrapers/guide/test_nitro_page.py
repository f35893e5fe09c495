"""The page of the Nitro System."""

from __future__ import annotations

import pytest

from kb.dataset.log_specs import NITRO_PAGE
from scrapers.base import Document, Rows, ScrapeError, ignore
from scrapers.guide import NitroPage
from tests.scrapers.guide.pages import nitro_page, page

NAME = "ec2-nitro-instances.html"


def parse(content: bytes, remarks: list[str] | None = None, name: str = NAME) -> Rows:
    return NitroPage().parse(Document(name, content), ignore if remarks is None else remarks.append)


def versions(rows: Rows) -> dict[str, str]:
    return {name: value for (name, fact), value in rows.items() if fact == "nitro_version"}


def test_families_and_types_by_version() -> None:
    remarks: list[str] = []
    rows = parse(nitro_page(), remarks)
    assert versions(rows)["m5d"] == "2"
    assert versions(rows)["p6e-gb200"] == "5"
    assert versions(rows)["u-6tb1"] == "3"
    assert versions(rows)["p3dn.24xlarge"] == "3"
    assert rows["m5d", "is_present"] == "true"
    assert {fact for _, fact in rows} == set(NITRO_PAGE.facts)
    assert NitroPage().rows_seen(rows) == len(versions(rows))


def test_a_family_with_bare_metal_types_only_is_no_family_on_nitro() -> None:
    """The virtual sizes of I3 run on Xen."""
    remarks: list[str] = []
    rows = parse(nitro_page(), remarks)
    assert "i3" not in versions(rows)
    assert remarks == [f"{NAME}, Bare metal instances: no row for families without virtualized types: i3, mac1"]


def test_a_single_bare_metal_type_is_one() -> None:
    rows = parse(nitro_page(bare_metal={2: {"Storage Optimized": ("I3.metal",)}}))
    assert versions(rows)["i3.metal"] == "2"


def test_a_name_may_stand_in_two_lists_of_one_version() -> None:
    rows = parse(nitro_page({2: {"General Purpose": ("A1",), "Previous Generation": ("A1",)}}, {2: {"Other": ("A1",)}}))
    assert versions(rows) == {"a1": "2"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            nitro_page({2: {"General Purpose": ("A1",)}, 3: {"Previous Generation": ("A1",)}}),
            f"{NAME}, Virtualized instances, tab Nitro v3: a1 is also listed under v2",
        ),
        (
            nitro_page({2: {"General Purpose": ("A1",)}}, {3: {"General Purpose": ("A1",)}}),
            f"{NAME}, Bare metal instances: a1 is built on v3 here and on v2 as virtualized",
        ),
        (nitro_page({2: {"General Purpose": ("and more",)}}), "tab Nitro v2, General Purpose: 'and more' is neither"),
        (nitro_page({2: {"General Purpose": ("General",)}}), "'General' is neither a family nor a type"),
        (nitro_page({}), "Virtualized instances: 0 tabs with 0 contents"),
        (nitro_page({2: {}}), "tab Nitro v2: a tab without a list"),
        (nitro_page().replace(b"<dt>Nitro v3", b"<dt>Nitro 3"), "the tab 'Nitro 3' is not a version"),
        (nitro_page().replace(b"<dt>Nitro v3", b"<dt>Nitro v4"), "two tabs 'Nitro v4'"),
        (nitro_page().replace(b"<dt>Nitro v3</dt>", b""), "4 contents"),
        (nitro_page().replace(b"<ul", b"<p>M9</p><ul"), "text outside the list of a tab"),
        (nitro_page().replace(b"</b>: M5 ", b"</b> M5 "), "is not a list of families"),
        (nitro_page().replace(b'id="nitro-bare-metal"', b'id="metal"'), "no headings with the id nitro-bare-metal"),
        (nitro_page()[:-9], "it was cut off"),
        (nitro_page().replace(b"</ul>", b"", 1), "</div> in line 12 meets <ul> of line 10"),
        (page("gp", ()), "found: h1#gp"),
    ],
)
def test_damage_is_refused_with_its_place(content: bytes, message: str) -> None:
    with pytest.raises(ScrapeError) as caught:
        parse(content)
    assert message in str(caught.value)


def test_another_document_is_refused() -> None:
    with pytest.raises(ScrapeError, match=r"not the page ec2-nitro-instances\.html"):
        parse(nitro_page(), name="gp.html")
