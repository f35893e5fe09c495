"""A table of the guide: a header that must be one of the known ones, family rows, and rows with a cell per column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from scrapers.base import Remark
from scrapers.guide.markup import Section, Text, cell_text, refuse_hidden
from scrapers.reading.html import children, fail, text_of

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


def read(section: Section, headers: Sequence[tuple[str, ...]], remark: Remark, *, has_families: bool) -> list[Row]:
    """Read the one table of a section.

    Args:
        section: Where it stands.
        headers: The known headers, in lower case. The columns of one of them must be there, each once and in this
            order. Others may stand between them.
        remark: Told of columns that are not known.
        has_families: Whether rows that name a family may stand above the rows of its types.

    Raises:
        ScrapeError: No table or several, another header, no rows, a row with another number of cells or with cells
            that span others, or a family row without rows below it.
    """
    rows = list(_rows(section))
    if not rows:
        fail(section.where, "a table without rows")
    known, positions, width = _columns(rows[0], headers, section.where, remark)
    read_rows: list[Row] = []
    family = ""
    families: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 1):
        where = f"{section.where}, row {number}"
        cells = _cells(row, "td", where)
        if len(cells) == 1 and cells[0].get("colspan") is not None:
            if not has_families or str(cells[0]["colspan"]) != str(width):
                fail(where, f"a cell over {cells[0]['colspan']} columns")
            family = _family(cells[0], families, where)
            continue
        where = _named(where, cells)
        if len(cells) != width:
            fail(where, f"{len(cells)} cells instead of {width}")
        read_rows.append(_row(cells, where, family, known, positions))
        families[family] = families.get(family, 0) + 1
    if not read_rows:
        fail(section.where, "a table without rows")
    if len(families) > 1 and "" in families:
        fail(read_rows[0].where, "a row above the first row that names a family")
    empty = next((name for name, count in families.items() if not count), None)
    if empty is not None:
        fail(section.where, f"no row below the one that names {empty}")
    return read_rows


def _rows(section: Section, holder: Tag | None = None) -> Iterator[Tag]:
    """The rows of the table in order, each of them directly in it or in its head or body."""
    holder = section.table() if holder is None else holder
    for child in _elements(holder, section.where, "between the cells of the table"):
        if child.name == "tr":
            yield child
        elif child.name in _GROUPS and holder.name == "table":
            yield from _rows(section, child)
        elif child.name not in _OTHER:
            fail(section.where, f"<{child.name}> in the table")


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
) -> tuple[tuple[str, ...], tuple[int, ...], int]:
    """The known header that the row is, the positions of its columns, and the number of all columns."""
    where = f"{where}, header"
    cells = _cells(row, "th", where)
    for cell in cells:
        _refuse_span(cell, where)
    texts = [cell_text(cell, where) for cell in cells]
    names = [text.plain.casefold() for text in texts]
    known = {name for header in headers for name in header}
    found = tuple(name for name in names if name in known)
    header = next((header for header in headers if header == found), None)
    if header is None:
        _explain(names, min(headers, key=lambda header: len(set(header) - set(names))), where)
    for name, text in zip(names, texts, strict=True):
        if name not in known:
            remark(f"{where}: unknown column {name!r} was not read")
        elif text.marks and name not in _MARKED:
            remark(f"{where}: column {name!r} has the footnote mark {text.marks[0]}, which was not read")
    return found, tuple(position for position, name in enumerate(names) if name in known), len(names)


def _explain(names: list[str], header: tuple[str, ...], where: str) -> None:
    missing = [name for name in header if name not in names]
    twice = sorted({name for name in names if name in header and names.count(name) > 1})
    unknown = [name for name in names if name not in header]
    problems = [
        f"{word} {', '.join(repr(name) for name in columns)}"
        for word, columns in (("missing", missing), ("twice", twice), ("unknown", unknown))
        if columns
    ]
    what = "; ".join(problems) if missing or twice else f"columns in another order: {', '.join(names)}"
    fail(where, f"{what}. Expected: {', '.join(header)}")


def _family(cell: Tag, families: dict[str, int], where: str) -> str:
    family = cell_text(cell, where).plain
    if not family:
        fail(where, "a row over all columns that names no family")
    if family in families:
        fail(where, f"a second row that names {family}")
    families[family] = 0
    return family


def _named(where: str, cells: list[Tag]) -> str:
    """The place of a row, with what its first cell says."""
    first = text_of(cells[0]) if cells else ""
    return f"{where} ({first})" if first else where


def _row(cells: list[Tag], where: str, family: str, known: tuple[str, ...], positions: tuple[int, ...]) -> Row:
    for cell in cells:
        _refuse_span(cell, where)
    places = [f"{where}, {name!r}" for name in known]
    return Row(
        where,
        family,
        tuple(Cell(place, cells[position]) for place, position in zip(places, positions, strict=True)),
    )


def _refuse_span(cell: Tag, where: str) -> None:
    for span in ("rowspan", "colspan"):
        if str(cell.get(span, "1")) != "1":
            fail(where, f"a cell with {span} {cell[span]}")
