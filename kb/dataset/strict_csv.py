"""The one strict reader and writer of the CSV files under ``data/``: exactly the canonical form, and nothing near it.

Canonical is UTF-8 without control characters, lines that end in LF, the header in its order, as many cells as columns,
and quotes only where a cell needs them. What is wrong is named with file and line. Standard library only, so that the
build, the gate and the scrapers can share it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from kb.errors import InputError

Row = tuple[str, ...]

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def render(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """The canonical bytes of a file: UTF-8, LF line ends, quotes only where a cell needs them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def read_rows(content: bytes, path: Path, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield line number and cells of each row below the header, after the checks that need no meaning.

    Args:
        content: The bytes of the file.
        path: The file, for messages.
        columns: The header it must have.

    Raises:
        InputError: naming file and line of the first thing that is wrong. Needless quotes are found last, after every
            row has been given.
    """
    text = _decode(content, path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        _check_header(next(reader), columns, path)
        for line, cells in enumerate(reader, 2):
            if reader.line_num != line:
                raise InputError(path, line, "a line break inside a cell")
            if len(cells) != len(columns):
                raise InputError(path, line, f"{len(cells)} cells instead of {len(columns)} ({','.join(columns)})")
            rows.append(tuple(cells))
            yield line, rows[-1]
    except csv.Error as error:
        raise InputError(path, reader.line_num, f"not a CSV line: {error}") from error
    if '"' in text and (canonical := render(columns, rows)) != content:
        pairs = zip(canonical.split(b"\n"), content.split(b"\n"), strict=True)
        line = next(number for number, (wanted, found) in enumerate(pairs, 1) if wanted != found)
        raise InputError(path, line, "quotes where none are needed, or none where they are")


def is_date(text: str) -> bool:
    """Whether a cell is a date of the form 2026-10-01."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _decode(content: bytes, path: Path) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(path, line, f"not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        problem = f"control character U+{ord(control[0]):04X}; lines end in LF, and cells hold plain text"
        raise InputError(path, line, problem)
    if not text.endswith("\n"):
        raise InputError(path, text.count("\n") + 1, "the last line has no end: the file was cut off")
    return text


def _check_header(header: list[str], columns: Sequence[str], path: Path) -> None:
    if header == list(columns):
        return
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    found = [f"missing {', '.join(missing)}"] * bool(missing) + [f"unknown {', '.join(unknown)}"] * bool(unknown)
    problem = "; ".join(found) or "wrong order"
    raise InputError(path, 1, f"header: {problem}; it must be {','.join(columns)}")
