"""A table of the guide: a header that must be one of the known ones, family rows, and rows with a cell per column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from scrapers.base import Remark
from scrapers.guide.markup import Section, Text, cell_text, refuse_hidden
from scrapers.reading.html import children, fail, refuse, text_of

if TYPE_CHECKING:
    from bs4.element import Tag

_GROUPS = ("thead", "tbody")
_OTHER = ("caption", "colgroup")
#: Columns whose footnotes are known and bear on nothing that is read.
_MARKED = ("needs initialization", "trim support")


@dataclass(frozen=True)
class Cell:
    """A cell of a column that is known.

    Attributes:
        where: Page, heading, row and column, for messages.
        tag: The cell.
    """

    where: str
    tag: Tag = field(repr=False)

    @cached_property
    def text(self) -> Text:
        """What it says.

        Raises:
            ScrapeError: See `cell_text`.
        """
        return cell_text(self.tag, self.where)


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        where: Page, heading and row, for messages.
        family: What the nearest family row above it says; empty in a table without family rows.
        cells: Its cells in the order of the known header; those of unknown columns are left out.
    """

    where: str
    family: str
    cells: tuple[Cell, ...]


def read(
    section: Section,
    headers: Sequence[tuple[str, ...]],
    name_of: Callable[[Cell], str],
    remark: Remark,
    *,
    has_families: bool = False,
) -> dict[str, Row]:
    """Read the one table of a section.

    Args:
        section: The section that has it.
        headers: The known headers, in lower case. The columns of one of them must be there, each once and in this
            order. Others may stand between them.
        name_of: Reads the name in the first cell of a row.
        remark: Told of columns that are not known.
        has_families: Whether rows that name a family may stand above the rows of its types.

    Returns:
        The rows by their name in lower case.

    Raises:
        ScrapeError: No table or several, another header, no rows, a row with another number of cells or with cells
            that span others, two rows of one name, or a family row without rows below it.
    """
    found = section.all("table")
    if len(found) != 1:
        fail(section.where, f"{len(found)} tables instead of one")
    header, *lines = list(_rows(found[0], section.where)) or fail(section.where, "a table without rows")
    columns, width = _columns(header, headers, section.where, remark)
    families: list[str] = [""]
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        where = f"{section.where}, row {number}"
        cells = _cells(line, "td", where)
        if has_families and len(cells) == 1 and str(cells[0].get("colspan")) == str(width):
            family = cell_text(cells[0], where).plain
            refuse(
                where,
                (not family, "a row over all columns that names no family"),
                (family in families, f"a second row that names {family}"),
            )
            families.append(family)
            continue
        first = text_of(cells[0]) if cells else ""
        where = f"{where} ({first})" if first else where
        _refuse_spans(cells, where)
        if len(cells) != width:
            fail(where, f"{len(cells)} cells instead of {width}")
        places = tuple(Cell(f"{where}, {name!r}", cells[position]) for name, position in columns)
        rows.append(Row(where, families[-1], places))
    if not rows:
        fail(section.where, "a table without rows")
    counts = Counter(row.family for row in rows)
    if len(families) > 1 and counts[""]:
        fail(rows[0].where, "a row above the first row that names a family")
    for family in families[1:]:
        if not counts[family]:
            fail(section.where, f"no row below the one that names {family}")
    return _by_name(rows, name_of)


def _by_name(rows: list[Row], name_of: Callable[[Cell], str]) -> dict[str, Row]:
    named: dict[str, Row] = {}
    for row in rows:
        name = name_of(row.cells[0])
        if name.casefold() in named:
            fail(row.where, f"a second row of {name}")
        named[name.casefold()] = row
    return named


def _rows(holder: Tag, where: str) -> Iterator[Tag]:
    """The rows of a table in order, each of them directly in it or in its head or body."""
    for child in _elements(holder, where, "between the cells of the table"):
        if child.name == "tr":
            yield child
        elif child.name in _GROUPS and holder.name == "table":
            yield from _rows(child, where)
        elif child.name not in _OTHER:
            fail(where, f"<{child.name}> in the table")


def _cells(row: Tag, tag: str, where: str) -> list[Tag]:
    """The cells of a row, all of one tag."""
    cells = list(_elements(row, where, "between cells"))
    for cell in cells:
        if cell.name != tag:
            fail(where, f"<{cell.name}> where <{tag}> is expected")
    return cells


def _elements(tag: Tag, where: str, place: str) -> Iterator[Tag]:
    """The elements that stand directly in a tag that is shown, and may hold no text of its own."""
    refuse_hidden(tag, where)
    for child in children(tag):
        if not isinstance(child, str):
            yield child
        elif child.strip():
            fail(where, f"text {child.strip()!r} {place}")


def _columns(
    row: Tag, headers: Sequence[tuple[str, ...]], where: str, remark: Remark
) -> tuple[list[tuple[str, int]], int]:
    """The names and positions of the known columns, and the number of all columns."""
    where = f"{where}, header"
    cells = _cells(row, "th", where)
    _refuse_spans(cells, where)
    texts = [cell_text(cell, where) for cell in cells]
    names = [text.plain.casefold() for text in texts]
    known = {name for header in headers for name in header}
    found = [(name, position) for position, name in enumerate(names) if name in known]
    if tuple(name for name, _ in found) not in headers:
        _explain(names, min(headers, key=lambda header: len(set(header) - set(names))), where)
    for name, text in zip(names, texts, strict=True):
        if name not in known:
            remark(f"{where}: unknown column {name!r} was not read")
        elif text.marks and name not in _MARKED:
            remark(f"{where}: column {name!r} has the footnote mark {text.marks[0]}, which was not read")
    return found, len(names)


def _explain(names: list[str], header: tuple[str, ...], where: str) -> NoReturn:
    problems = {
        "missing": [name for name in header if name not in names],
        "twice": sorted({name for name in names if name in header and names.count(name) > 1}),
        "unknown": [name for name in names if name not in header],
    }
    what = "; ".join(f"{word} {', '.join(map(repr, columns))}" for word, columns in problems.items() if columns)
    if not problems["missing"] and not problems["twice"]:
        what = f"columns in another order: {', '.join(names)}"
    fail(where, f"{what}. Expected: {', '.join(header)}")


def _refuse_spans(cells: list[Tag], where: str) -> None:
    for cell in cells:
        for span in ("rowspan", "colspan"):
            if str(cell.get(span, "1")) != "1":
                fail(where, f"a cell with {span} {cell[span]}")
