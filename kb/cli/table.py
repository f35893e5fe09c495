"""Tables that fit the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from kb.cli.output import Form, fields, terminal_width, write
from kb.library.words import plain

#: Space between columns, and where that makes the table too wide.
_GAP, _NARROW_GAP = 2, 1
#: A cell of more lines than this makes a table hard to read.
_TALL = 6


class Table:
    """A table laid out for the terminal.

    Where it is too wide, the widest columns are wrapped between words, and then the columns are moved together. No word
    is ever broken, so that a table may still be too wide; `fits` tells.

    Attributes:
        fits: Whether the table is no wider than the terminal; always true where there is none.
        is_tall: Whether wrapping made a cell so high that the table is hard to read.
    """

    # tabulate would not do: importing it takes longer than most answers, and all that matters here is the wrapping

    def __init__(self, headers: Sequence[str], rows: Iterable[Sequence[object]], missing: str = "") -> None:
        """Lay out a table.

        Args:
            headers: A heading per column.
            rows: Values; columns of numbers are aligned to the right.
            missing: What stands for None.
        """
        values = [list(row) for row in rows]
        self._headers = headers
        self._cells = [[plain(value, missing) for value in row] for row in values]
        self._is_number = [_all_numbers(row[position] for row in values) for position in range(len(headers))]
        columns = [[header, *(row[n] for row in self._cells)] for n, header in enumerate(headers)]
        limit = terminal_width()
        self._widths, self._gap = [max(map(len, column)) for column in columns], _GAP
        if limit is not None:
            least = [max((len(word) for cell in column for word in cell.split()), default=0) for column in columns]
            if _total(least, _GAP) > limit:
                self._gap = _NARROW_GAP
            _narrow(self._widths, least, _total(self._widths, self._gap) - limit)
        self.fits = limit is None or _total(self._widths, self._gap) <= limit
        self.is_tall = any(
            len(_wrapped(cell, width)) > _TALL
            for row in self._cells
            for cell, width in zip(row, self._widths, strict=True)
        )

    def text(self) -> str:
        """Return the lines of the table."""
        lines = []
        for row in (self._headers, ["-" * width for width in self._widths], *self._cells):
            wrapped = [_wrapped(cell, width) for cell, width in zip(row, self._widths, strict=True)]
            for parts in zip_longest(*wrapped, fillvalue=""):
                placed = zip(parts, self._widths, self._is_number, strict=True)
                cells = (part.rjust(width) if right else part.ljust(width) for part, width, right in placed)
                lines.append((" " * self._gap).join(cells).rstrip())
        return "\n".join(lines)

    def fitting(self) -> str:
        """Return the lines of the table, or its records where it is too wide."""
        return self.text() if self.fits else self.records()

    def records(self) -> str:
        """Return a block of lines per row instead, each with heading and value."""
        return "\n\n".join(fields(zip(self._headers, row, strict=True), indent="") for row in self._cells)


def as_rows(names: Sequence[str], values: Iterable[object]) -> tuple[Sequence[str], list[list[Any]]]:
    """Return the names of attributes and, for each value, these attributes: headers and rows of CSV or a table."""
    return names, [[getattr(value, name) for name in names] for value in values]


def write_table(form: Form, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write rows that are the same in every form: objects in JSON, lines in CSV, a table for people."""
    write(
        form,
        json=lambda: [dict(zip(headers, row, strict=True)) for row in rows],
        csv=lambda: (headers, rows),
        people=lambda: Table(headers, rows).text(),
    )


def _all_numbers(column: Iterable[object]) -> bool:
    found = [value for value in column if value is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _total(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _narrow(widths: list[int], least: Sequence[int], excess: int) -> None:
    """Take `excess` characters from the widest columns, none below its longest word."""
    for _ in range(excess):
        slack = [position for position, width in enumerate(widths) if width > least[position]]
        if not slack:
            return
        widths[max(slack, key=lambda position: widths[position])] -= 1


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
