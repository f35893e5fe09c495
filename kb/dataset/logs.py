"""Observation logs: their form, and the strict reader that everything else relies on.

An observation log is an append-only, change-only CSV of one source: `observed_on`, `origin`, the key columns, and the
value column last, strictly ascending by (`observed_on`, key). A row says that from that day on the source showed
another value than before. `data/scrapes.csv` has one row per document that was read.

The readers accept exactly the canonical form and nothing near it, and name file and line of the first thing that is
wrong; :mod:`kb.dataset.strict_csv` has the part that every CSV file shares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from pathlib import Path

from kb.dataset.log_specs import PRESENCE, SPECS, Key, LogSpec
from kb.dataset.strict_csv import Row, is_date, read_rows, render
from kb.errors import InputError

__all__ = [
    "BOOLEANS",
    "SCRAPE_COLUMNS",
    "Log",
    "Row",
    "Scrape",
    "parse_log",
    "parse_scrapes",
    "read_log",
    "read_scrapes",
    "render",
]

BOOLEANS = frozenset({"true", "false"})
_NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: SQL types of numbers, which all are plain decimals in a log.
_NUMBERS = frozenset({"INTEGER", "BIGINT", "DOUBLE"})
_WHOLE = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True)
class Log:
    """A log that was read and found in order.

    Attributes:
        spec: Its form.
        rows: Every row, cells in column order (dates as ISO text, so rows sort and compare as they are).
        state: The value of each key after the last row.
    """

    spec: LogSpec
    rows: list[Row]
    state: dict[Key, str]


@dataclass(frozen=True, order=True)
class Scrape:
    """One row of scrapes.csv: one document that was read. Field order is column order and sort order.

    Attributes:
        observed_on: ISO date of the reading.
        source: Name of the log.
        origin: Package and version.
        document: Path of the file inside the package.
        url: Where the document can be seen; may be empty.
        sha256: Of the document as read, uncompressed.
        rows_seen: Rows that the parser found (for hardware: EC2 types in the whole capture).
        rows_changed: Log rows that this document caused.
    """

    observed_on: str
    source: str
    origin: str
    document: str
    url: str
    sha256: str
    rows_seen: int
    rows_changed: int

    @property
    def cells(self) -> Row:
        """The cells of the row."""
        return tuple(str(value) for value in astuple(self))


SCRAPE_COLUMNS = tuple(field.name for field in fields(Scrape))


def read_log(path: Path, spec: LogSpec) -> Log:
    """Read an observation log, accepting only the canonical form.

    Args:
        path: The CSV file.
        spec: The form it must have.

    Returns:
        Its rows, and the state after the last one.

    Raises:
        InputError: File and line of the first thing that is out of order.
        OSError: The file cannot be read.
    """
    return parse_log(path.read_bytes(), path, spec)


def parse_log(content: bytes, path: Path, spec: LogSpec) -> Log:
    """The same for bytes already read; `path` is only for messages."""
    rows: list[Row] = []
    state: dict[Key, str] = {}
    places: Counter[str] = Counter()
    choices = [(spec.keys.index(name), name, allowed) for name, allowed in spec.choices.items()]
    ordered = _ordered(content, path, spec.columns, lambda row: (row[0], *row[2:-1]))
    for (_, thing), group in groupby(ordered, lambda numbered: (numbered[1][0], numbered[1][2])):
        stated = 0
        for line, row in group:
            key, value = row[2:-1], row[-1]
            if not row[1] or not all(key):
                raise InputError(path, line, "an empty cell in a column that must say something (origin or a key)")
            for index, name, allowed in choices:
                if key[index] not in allowed:
                    raise InputError(path, line, f"unknown {name} {key[index]!r}; known: {', '.join(sorted(allowed))}")
            problem = _change_problem(spec, key, value, state.get(key))
            if problem:
                raise InputError(path, line, problem)
            if spec.says_presence(key):
                places[thing] += 1 if value == "true" else -1
            else:
                stated = line
            state[key] = value
            rows.append(row)
        if stated and not places[thing]:
            raise InputError(path, stated, f"a fact about {thing} on a date on which {PRESENCE} is not true")
    return Log(spec, rows, state)


def read_scrapes(path: Path) -> list[Scrape]:
    """Read scrapes.csv, accepting only the canonical form.

    Raises:
        InputError: File and line of the first thing that is out of order.
        OSError: The file cannot be read.
    """
    return parse_scrapes(path.read_bytes(), path)


def parse_scrapes(content: bytes, path: Path) -> list[Scrape]:
    """The same for bytes already read; `path` is only for messages."""
    scrapes: list[Scrape] = []
    for line, row in _ordered(content, path, SCRAPE_COLUMNS, lambda row: row[:4]):
        observed_on, source, origin, document, url, sha256, rows_seen, rows_changed = row
        if source not in SPECS:
            raise InputError(path, line, f"unknown source {source!r}; known: {', '.join(sorted(SPECS))}")
        if not origin or not document:
            raise InputError(path, line, "an empty cell in a column that must say something (origin or document)")
        if not _SHA256.fullmatch(sha256):
            raise InputError(path, line, f"sha256 must be 64 lower-case hex digits, not {sha256!r}")
        for name, cell in (("rows_seen", rows_seen), ("rows_changed", rows_changed)):
            if not _WHOLE.fullmatch(cell):
                raise InputError(path, line, f"{name} must be a whole number, not {cell!r}")
        scrapes.append(Scrape(observed_on, source, origin, document, url, sha256, int(rows_seen), int(rows_changed)))
    return scrapes


def _ordered(
    content: bytes, path: Path, columns: tuple[str, ...], place: Callable[[Row], Row]
) -> Iterator[tuple[int, Row]]:
    """Line number and cells of each row, after checking its date and that its place, date first, ascends."""
    previous: Row = ()
    for line, row in read_rows(content, path, columns):
        if previous[:1] != row[:1]:
            if not is_date(row[0]):
                raise InputError(path, line, f"observed_on {row[0]!r} is not a date of the form 2026-10-01")
            if row[:1] < previous[:1]:
                raise InputError(path, line, f"date out of order: {row[0]} after {previous[0]}")
        here = place(row)
        if here == previous:
            raise InputError(path, line, f"duplicate key on one date: {', '.join(here)}")
        if here < previous:
            raise InputError(path, line, f"not sorted: {', '.join(here)} must come before {', '.join(previous)}")
        previous = here
        yield line, row


def _change_problem(spec: LogSpec, key: Key, value: str, before: str | None) -> str:
    """Why the value is not of its kind, or no change; empty when all is well."""
    kind = "BOOLEAN" if spec.is_listing else spec.facts.get(key[1])
    may_be_empty = not spec.says_presence(key)
    cell = f"{spec.value} of {', '.join(key)}"
    problem = ""
    if kind is None:
        problem = f"unknown {spec.keys[1]} {key[1]!r}"
    elif kind == "BOOLEAN" and value not in BOOLEANS and not (value == "" and may_be_empty):
        problem = f"{cell} must be true or false, not {value!r}"
    elif kind in _NUMBERS and value and not _NUMBER.fullmatch(value):
        problem = f"{cell} must be a plain decimal number, not {value!r}"
    elif value == before:
        problem = f"not a change: {cell} already was {value!r}"
    elif before is None and value == "":
        problem = f"not a change: {cell} was never stated and is still empty"
    elif before is None and value != "true" and not may_be_empty:
        problem = f"the first row of {', '.join(key)} must say true"
    return problem
