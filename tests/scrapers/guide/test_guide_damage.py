"""Pages of the instance types guide with every kind of damage: an error that names the place."""

from __future__ import annotations

import pytest

from scrapers.base import ScrapeError
from tests.scrapers.guide.figures import FORMER_2021
from tests.scrapers.guide.model import Cell, PageModel, render
from tests.scrapers.guide.pages import LEAN, former_page, page
from tests.scrapers.guide.reading import M5D, parse, small


def refused(model: PageModel | bytes, *parts: str, name: str = "gp.html") -> None:
    """The page is an error whose message has these parts in this order."""
    with pytest.raises(ScrapeError) as caught:
        parse(name, render(model) if isinstance(model, PageModel) else model)
    message = str(caught.value)
    position = 0
    for part in (name, *parts):
        assert part in message[position:], (part, message)
        position = message.index(part, position) + len(part)


def test_no_row_and_no_word_about_it() -> None:
    model = small()
    del model.table("instance-store").rows[1]
    refused(
        model,
        "Security specifications, row 2 (m5d.large), 'instance store encryption'",
        "'\u2713 Yes', but the table of instance stores has no row for m5d.large",
    )


def test_a_row_and_the_words_that_there_is_none() -> None:
    model = small()
    model.table("security").rows[1][2] = Cell("Instance store not supported")
    refused(model, "Instance store specifications, row 2 (m5d.large)", "disks of m5d.large", "not supported")


def test_a_type_that_is_missing_from_the_security_table() -> None:
    model = small()
    del model.table("security").rows[2]
    refused(model, "Security specifications", "no row for m5d.metal, a type of M5d")


def test_a_type_that_is_missing_from_the_sizes() -> None:
    model = small()
    model.table("sizes").rows[0][1] = Cell("<code>m5d.large</code>")
    refused(model, "row 3 (m5d.metal)", "m5d.metal is not among the available types")


def test_a_family_that_is_missing_from_the_summary() -> None:
    model = small()
    del model.table("summary").rows[1]
    refused(model, "Instance family summary", "no row for the family t3")


def test_a_family_that_is_missing_from_the_sizes() -> None:
    model = small()
    del model.table("sizes").rows[1]
    refused(model, "Instance family summary, row 2 (T3)", "the family T3 has no row in")


@pytest.mark.parametrize("end", ["sizes", "summary", "instance-store", "security"])
def test_a_page_without_its_table(end: str) -> None:
    model = small()
    model.section(end).tables = []
    refused(model, model.section(end).heading, "0 tables instead of one")


@pytest.mark.parametrize("end", ["sizes", "summary", "instance-store", "security"])
def test_a_page_without_its_heading(end: str) -> None:
    model = small()
    model.sections.remove(model.section(end))
    refused(model, f"no headings with the id gp_{end} or gp-{end}")


def test_two_tables_below_a_heading() -> None:
    model = small()
    model.section("security").tables *= 2
    refused(model, "Security specifications", "2 tables instead of one")


def test_two_headings_of_one_id() -> None:
    model = small()
    model.sections.append(model.section("security"))
    refused(model, "two headings with the id gp_security")


@pytest.mark.parametrize("end", ["sizes", "summary", "instance-store", "security"])
def test_a_table_without_rows(end: str) -> None:
    model = small()
    model.table(end).rows = []
    refused(model, model.section(end).heading, "a table without rows")


def test_a_column_with_another_name() -> None:
    model = small()
    model.table("instance-store").header[1] = Cell("Disks")
    refused(model, "Instance store specifications, header", "missing 'instance store volumes'; unknown 'disks'")


def test_a_column_that_moved() -> None:
    model = small()
    table = model.table("security")
    for row in [table.header, *(row for row in table.rows if len(row) > 1)]:
        row[1], row[2] = row[2], row[1]
    refused(model, "Security specifications, header", "columns in another order")


def test_a_column_that_is_there_twice() -> None:
    model = small()
    model.table("security").header[3] = model.table("security").header[2]
    refused(model, "header", "missing 'encryption in transit'; twice 'instance store encryption'")


def test_a_cell_too_many() -> None:
    model = small()
    model.table("security").rows[1].append(Cell("\u2713 Yes"))
    refused(model, "Security specifications, row 2 (m5d.large)", "8 cells instead of 7")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<td>NVMe SSD", '<td rowspan="2">NVMe SSD', "a cell with rowspan 2"),
        ("<td>NVMe SSD", '<td colspan="2">NVMe SSD', "a cell with colspan 2"),
        ("<th>Instance store type", '<th colspan="2">Instance store type', "header: a cell with colspan 2"),
        ('colspan="6"', 'colspan="5"', "a cell with colspan 5"),
        ("<tr><td", "<tr>loose<td", "text 'loose' between cells"),
        ("</tr>\n      <tr>", "</tr>loose<tr>", "text 'loose' between the cells of the table"),
        ("<b>M5d</b>", "<b></b>", "a row over all columns that names no family"),
        ("<tr><td", "<tr hidden><td", "<tr> is not shown"),
        ("<td>NVMe SSD", '<td style="display:none">NVMe SSD', "<td> is not shown"),
    ],
)
def test_a_table_of_another_build(old: str, new: str, message: str) -> None:
    head, _, table = page("gp", (M5D,), LEAN).decode().partition('id="gp_instance-store"')
    assert old in table
    refused(f'{head}id="gp_instance-store"{table.replace(old, new, 1)}'.encode(), "Instance store", message)


def test_rows_below_another_family() -> None:
    model = small()
    rows = model.table("security").rows
    rows.insert(5, rows.pop(1))
    refused(model, "row 5 (m5d.large)", "m5d.large is listed under the family T3")


def test_a_row_above_all_families() -> None:
    model = small()
    rows = model.table("security").rows
    rows[0], rows[1] = rows[1], rows[0]
    refused(model, "row 1 (m5d.large)", "a row above the first row that names a family")


def test_a_family_row_without_types() -> None:
    model = small()
    model.table("security").rows.append([Cell("M9")])
    refused(model, "Security specifications", "no row below the one that names M9")


def test_a_family_that_is_named_twice() -> None:
    model = small()
    model.table("security").rows.insert(2, [Cell("M5d")])
    refused(model, "row 3", "a second row that names M5d")


def test_a_type_that_has_two_rows() -> None:
    model = small()
    rows = model.table("instance-store").rows
    rows.append(rows[1])
    refused(model, "row 4 (m5d.large)", "a second row of m5d.large")


@pytest.mark.parametrize(
    ("end", "row", "column", "text", "message"),
    [
        ("sizes", 0, 0, "Families", "'Families' is not a family in a known form"),
        ("sizes", 0, 1, "all sizes", "'all sizes' is not an EC2 type"),
        ("sizes", 1, 1, "<code>m5d.xlarge</code>", "m5d.xlarge is listed under the family T3"),
        ("summary", 0, 1, "KVM", "'KVM' is not a known hypervisor"),
        ("summary", 0, 3, "Some", "'Some' is neither a tick nor a cross"),
        ("instance-store", 1, 0, "m5d", "'m5d' is not an EC2 type in a known form"),
        ("instance-store", 1, 1, "EBS only", "'EBS only' is not in a known form of disks"),
        ("instance-store", 1, 2, "Tape", "'Tape' is not a known kind of disk"),
        ("security", 1, 2, "Partly", "'Partly' is neither a tick nor a cross"),
        ("security", 1, 3, "Instance store not supported", "is neither a tick nor a cross"),
    ],
)
def test_a_cell_in_no_known_form(end: str, row: int, column: int, text: str, message: str) -> None:
    model = small()
    model.table(end).rows[row][column] = Cell(text)
    refused(model, model.section(end).heading, f"row {row + 1}", message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 <html> tags"),
        (
            b"<html><head><title>Sign in</title></head><body></body></html>",
            "0 elements with the id main-col-body on a page with the title 'Sign in'",
        ),
        (b'<html><title>x</title><div id="main-col-body"><h1>A</h1><p>B</p></div></html>', "does not name Amazon EC2"),
        (
            b'<html><title>Amazon EC2</title><div id="main-col-body"><h1>Hello</h1><p>B</p></div></html>',
            "found: h1#None",
        ),
        (b'<html><title>Amazon EC2</title><div id="main-col-body"></div></html>', "0 titles (h1) instead of one"),
        (
            b'<script><html><title>Amazon EC2</title><div id="main-col-body"></div></html>',
            "0 <html> tags",
        ),
        (page("gp", (M5D,))[:-20], "it does not end with </html>: it was cut off"),
        (page("gp", (M5D,)) * 2, "2 <html> tags"),
        (page("gp", (M5D,)).decode().encode("utf-16"), "not UTF-8 at byte 0"),
        (page("gp", (M5D,)).replace(b"Yes", b"Yes\x00"), "character U+0000"),
        (page("gp", (M5D,)).replace(b"UTF-8", b"Shift_JIS"), "says that it is written in Shift_JIS"),
        (page("gp", (M5D,)).replace(b"en-US", b"de-DE"), "the language is 'de-DE', not English"),
        (page("gp", (M5D,)).replace(b'id="gp"', b'id="co"'), "should be h1#gp, found: h1#co"),
        (page("gp", (M5D,)).replace(b"general purpose", b"other"), "does not say 'general purpose'"),
        (page("gp", (M5D,)).replace(b"</td>", b"", 1), "</tr> in line 6 meets <td> of line 6"),
        (page("gp", (M5D,)).replace(b"<td", b"<!-- <td></td> --><td", 1), "<td> in a comment in line"),
        (page("gp", (M5D,)).replace(b"<tr>", b"<tr", 1), "half a tag in line"),
        (page("gp", (M5D,)).replace(b"<h2 ", b"<div/><h2 ", 1), "<div/> in line"),
        (
            page("gp", (M5D,)).replace(b"<awsdocs-copyright", b"<ul><awsdocs-copyright"),
            "meets <ul> of line 50",
        ),
        (page("gp", (M5D,)).replace(b"</h1>", b"</h1>" + b"<div>" * 20), "</body> in line 50 meets <div> of line 3"),
        (page("co", (M5D,)), "found: h1#co"),
    ],
)
def test_a_page_that_is_damaged_or_another_one(content: bytes, message: str) -> None:
    refused(content, message)


def test_a_page_under_a_name_that_is_not_known() -> None:
    refused(page("gp", (M5D,)), "not one of the pages gp, co, mo, so, ac, hpc, pg", name="xy.html")


def test_a_former_page_without_its_table() -> None:
    refused(
        former_page().replace(b"instance-store-volumes", b"disks"),
        "no headings with the id instance-store-volumes",
        name="InstanceStorage.html",
    )
    refused(former_page((FORMER_2021[0],) * 2), "a second row of c1.medium", name="InstanceStorage.html")
