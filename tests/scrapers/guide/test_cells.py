"""What single cells say: disks, kinds, ticks, hypervisors, names."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from scrapers.base import ScrapeError
from scrapers.guide import cells
from scrapers.guide.tables import Cell
from tests.effort import examples
from tests.scrapers.guide.figures import Groups
from tests.scrapers.guide.pages import Style, volumes_cell


def cell(html: str) -> Cell:
    tag = BeautifulSoup(f"<td>{html}</td>", "html.parser").td
    assert tag is not None
    return Cell("gp.html, Instance store specifications, row 2 (m5d.large), 'x'", tag)


def groups(html: str, kind: str = "NVMe SSD") -> tuple[tuple[int, int, str], ...]:
    return cells.disks(cell(html), cell(kind)).groups


@pytest.mark.parametrize(
    ("html", "gb", "words"),
    [
        ("1 x 75 GB", "75", "1x75 ssd"),
        ("<p>1 x 75 GB</p>", "75", "1x75 ssd"),
        ("\n      1 x\n 75 GB ", "75", "1x75 ssd"),
        ("1x75GB", "75", "1x75 ssd"),
        ("1 \u00d7 75 GB", "75", "1x75 ssd"),
        ("1 &times; 75&nbsp;GB", "75", "1x75 ssd"),
        ("3 x 2,000 GB (6 TB)", "6000", "3x2000 ssd"),
        ("4 x 420 GB (1,680 GB)", "1680", "4x420 ssd"),
        ("4 x 420 GB (1.6 TB)", "1680", "4x420 ssd"),
        ("2 x 1,425 GB (2.85 TB)", "2850", "2x1425 ssd"),
        ("1 x 350 GB\u2020", "350", "1x350 ssd"),
        ("1 x 350 GB<sup>\u2020</sup>", "350", "1x350 ssd"),
        ("1 x 350 GB <sup>1</sup> <sup>2</sup>", "350", "1x350 ssd"),
        ("4 x 1 TB (4 TB)", "4000", "4x1000 ssd"),
        ("8 x 7.5 TB", "60000", "8x7500 ssd"),
        ("24 x 13980 GB", "335520", "24x13980 ssd"),
        ("2 x 900 GB<br/>1 x 75 GB", "1875", "2x900 ssd + 1x75 ssd"),
        ("<p>2 x 900 GB (1.8 TB)</p><p>1 x 75 GB</p>", "1875", "2x900 ssd + 1x75 ssd"),
        ("2 x 900 GB + 1 x 75 GB", "1875", "2x900 ssd + 1x75 ssd"),
        ("2 x 900 GB, 1 x 1,075 GB (2,875 GB)", "2875", "2x900 ssd + 1x1075 ssd"),
        ("2 x 900 GB and 1 x 75 GB", "1875", "2x900 ssd + 1x75 ssd"),
        ("1 x <b>75</b> GB", "75", "1x75 ssd"),
        ("1 x 75 GB<!-- 1 x 80 GB -->", "75", "1x75 ssd"),
    ],
)
def test_disks_in_every_known_form(html: str, gb: str, words: str) -> None:
    found = cells.disks(cell(html), cell("NVMe SSD"))
    assert (found.gb, found.words) == (gb, words)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("", "no disks in the cell"),
        ("&nbsp;", "no disks in the cell"),
        ("EBS only", "'EBS only' is not in a known form of disks"),
        ("1 x 75", "known form"),
        ("75 GB", "known form"),
        ("1 x 75 GiB", "known form"),
        ("1 x 75 MB", "known form"),
        ("1 x 75 gb", "known form"),
        ("-1 x 75 GB", "known form"),
        ("1 x 75.5 GB", "known form"),
        ("1 x 2.000 GB", "known form"),
        ("1 x 2.000 TB", "known form"),
        ("1 x 75,00 GB", "known form"),
        ("1 x 1 900 GB", "known form"),
        ("1 x 075 GB", "known form"),
        ("1 x \u0667\u0665 GB", "known form"),
        ("1 x 75\u200b GB", "known form"),
        ("up to 4 x 900 GB", "known form"),
        ("2 x 900 GB 1 x 75 GB", "known form"),
        ("2 x 900 GB +", "known form"),
        ("2 x 900 GB (1.8 TB", "known form"),
        ("0 x 75 GB", "'0 x 75 GB' is nothing"),
        ("1 x 0 GB", "'1 x 0 GB' is nothing"),
        ("1 x 0.0 TB", "is nothing"),
        ("4 x 420 GB (1,700 GB)", "the disks add up to 1680 GB, the cell says 1,700 GB"),
        ("4 x 420 GB (1.7 TB)", "add up to 1680 GB"),
        ("4 x 420 GB (2 TB)", "add up to 1680 GB"),
        ("4 x 420 GB (1,600 GB)", "add up to 1680 GB"),
        ("2 x 900 GB, 1 x 75 GB (1.9 TB)", "add up to 75 GB"),
        ("1 x 10<sup>3</sup> GB", "footnote mark '3' is not at the end of a line"),
        ("1 x 75 GB<sup>each</sup>", "'each' in superscript is not a footnote mark"),
        ("<del>1 x 75 GB</del>", "<del> is not expected in a cell"),
        ("<ul><li>1 x 75 GB</li></ul>", "<ul> is not expected in a cell"),
        ("1 x 75 GB<table><tr><td>x</td></tr></table>", "<table> is not expected in a cell"),
        ("<span hidden>2 x</span> 1 x 75 GB", "<span> is not shown"),
        ('<span style="display: none">9 x 9 GB</span>', "<span> is not shown"),
        ('<span style="text-decoration:line-through">1 x 75 GB</span>', "struck out"),
    ],
)
def test_a_cell_in_another_form_is_refused_with_its_place(html: str, message: str) -> None:
    with pytest.raises(ScrapeError) as caught:
        groups(html)
    assert message in caught.value.what
    assert caught.value.where.startswith("gp.html, Instance store specifications, row 2 (m5d.large)")


@pytest.mark.parametrize(
    ("kind", "expected", "is_nvme"),
    [("NVMe SSD", "ssd", True), ("NVMe&nbsp;HDD", "hdd", True), ("<p>SSD</p>", "ssd", False), ("HDD", "hdd", False)],
)
def test_kinds(kind: str, expected: str, is_nvme: bool) -> None:
    found = cells.disks(cell("2 x 900 GB<br>1 x 75 GB"), cell(kind))
    assert found.groups == ((2, 900, expected), (1, 75, expected))
    assert found.is_nvme is is_nvme


def test_a_kind_for_each_group() -> None:
    found = cells.disks(cell("2 x 900 GB<br>1 x 2000 GB"), cell("NVMe SSD<br>HDD"))
    assert found.words == "2x900 ssd + 1x2000 hdd"
    assert found.is_nvme is None


@pytest.mark.parametrize(
    "kind", ["", "NVMe", "EBS", "nvme ssd", "SSD NVMe", "NVMe SSD<br>HDD<br>HDD", "NVMe SSD / HDD"]
)
def test_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(ScrapeError, match=r"is not a known kind of disk \(groups of disks: 2\)"):
        groups("2 x 900 GB<br>1 x 75 GB", kind)


def test_a_footnote_beside_the_kind_is_refused() -> None:
    with pytest.raises(ScrapeError, match="a footnote mark beside 'NVMe SSD'"):
        groups("1 x 75 GB", "NVMe SSD<sup>1</sup>")


sizes = st.one_of(st.integers(1, 99_999), st.integers(1, 60).map(lambda tb: tb * 1000))
styles = st.builds(
    Style,
    has_totals=st.booleans(),
    in_tb=st.booleans(),
    has_commas=st.booleans(),
    separator=st.sampled_from(["<br>", "<br />", " + ", ", ", "; ", " and ", " &amp; ", "</p><p>"]),
)


@given(st.lists(st.tuples(st.integers(1, 60), sizes), min_size=1, max_size=4).map(tuple), styles)
def test_what_is_written_is_read(written: Groups, style: Style) -> None:
    found = groups(f"<p>{volumes_cell(written, style).html}</p>")
    assert tuple((count, size) for count, size, _ in found) == written


words = st.sampled_from(
    ["0", "1", "24", "75", "1,900", "2.85", " x ", "x", "\u00d7", " ", "GB", " GB", " TB", "(", ")", " + ", ", "]
)


@examples(500)
@given(st.lists(words, max_size=12).map("".join))
def test_what_is_read_is_all_that_is_written(text: str) -> None:
    """Whatever is read from an arbitrary cell: written down again, it is what the cell says, but for totals."""
    try:
        found = groups(text)
    except ScrapeError:
        return
    written = re.sub(r"\([^)]*\)", "", text).replace("\u00d7", "x").replace(" ", "").replace(",", "").replace("+", "")
    sizes_of = [(str(count), size, re.escape(str(size)), f"{Decimal(size) / 1000:f}") for count, size, _ in found]
    expected = "".join(f"{count}x(?:{gb}GB|{_as_tb(tb)}TB)" for count, _, gb, tb in sizes_of)
    assert re.fullmatch(expected, written)


def _as_tb(number: str) -> str:
    return re.escape(number.rstrip("0").rstrip(".")) + r"(?:\.?0*)"


@pytest.mark.parametrize("html", ["\u2713", "\u2714", "\u2713 Yes", "<p>\u2713&nbsp;Yes</p>", "\u2713 Yes<sup>1</sup>"])
def test_ticks(html: str) -> None:
    assert cells.yes_or_no(cell(html)) is True


@pytest.mark.parametrize("html", ["\u2717", "\u2718", "\u2717 No", "<p>\n\u2717 No</p>"])
def test_crosses(html: str) -> None:
    assert cells.yes_or_no(cell(html)) is False


@pytest.mark.parametrize(
    "html", ["", "Yes", "No", "x", "\u2713 No", "\u2717 Yes", "\u2713\u2717", "\u00e2\u0153\u201c Yes"]
)
def test_what_is_neither(html: str) -> None:
    with pytest.raises(ScrapeError, match="is neither a tick nor a cross"):
        cells.instance_store_encryption(cell(html))


def test_encryption() -> None:
    assert cells.instance_store_encryption(cell("\u2713 Yes")) is True
    assert cells.instance_store_encryption(cell("\u2717")) is False
    assert cells.instance_store_encryption(cell("<p>Instance store\n not supported</p>")) is None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("Nitro", ("nitro", "", "")),
        ("Nitro v2", ("nitro", "2", "")),
        ('<a href="x.html">Nitro v12</a>', ("nitro", "12", "")),
        ("Xen", ("xen", "", "")),
        ("Xen *", ("xen", "", "*")),
        ("Xen<sup>*</sup>", ("xen", "", "*")),
    ],
)
def test_hypervisors(html: str, expected: tuple[str, str, str]) -> None:
    found = cells.hypervisor(cell(html))
    assert (found.name, found.nitro_version, found.mark) == expected


@pytest.mark.parametrize(
    "html", ["", "KVM", "nitro", "Nitro v", "Nitro v0", "Nitro v2.1", "Nitro 2", "Xen or Nitro", "* Xen"]
)
def test_another_hypervisor_is_refused(html: str) -> None:
    with pytest.raises(ScrapeError, match="is not a known hypervisor"):
        cells.hypervisor(cell(html))


@pytest.mark.parametrize(
    "name", ["m5d.large", "t1.micro", "u-6tb1.112xlarge", "p6e-gb200.36xlarge", "i7i.metal-24xl", "m7i-flex.2xlarge"]
)
def test_types(name: str) -> None:
    assert cells.ec2_type(cell(f"<p>{name}</p>")) == name
    assert cells.ec2_type(cell(f"{name} <sup>1</sup>")) == name


@pytest.mark.parametrize(
    "name", ["", "m5d", "M5d.large", "m5d.huge", "m5d.large1", "ml.m5d.large", "m5d.large m5d.xlarge"]
)
def test_what_is_no_type(name: str) -> None:
    with pytest.raises(ScrapeError, match="is not an EC2 type in a known form"):
        cells.ec2_type(cell(name))


def test_lists_of_types() -> None:
    assert cells.type_list(cell("<code>m5.large</code> | <code>m5.xlarge</code>")) == ["m5.large", "m5.xlarge"]
    assert cells.type_list(cell("<p>m5.large |</p><p>m5.xlarge</p>")) == ["m5.large", "m5.xlarge"]
    for wrong in ("", "m5.large, m5.xlarge", "m5.large | | m5.xlarge", "m5.large m5.xlarge"):
        with pytest.raises(ScrapeError, match=r"(no|not an) EC2 type"):
            cells.type_list(cell(wrong))
