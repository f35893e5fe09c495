"""How answers are written: tables that fit the terminal for people, JSON and CSV for programs."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

import click

#: Width of running text where the output is no terminal.
_PROSE_WIDTH = 100
_GAP = 2
_LONGEST_LABEL = 24


class Form(StrEnum):
    """Whom an answer is written for."""

    PEOPLE = "people"
    JSON = "json"
    CSV = "csv"


def form_options(command: Callable[..., None], *, has_csv: bool = True) -> Callable[..., None]:
    """Add ``--json`` and ``--csv``, passed on as one argument `form`."""

    @functools.wraps(command)
    def with_form(*args: Any, as_json: bool, as_csv: bool = False, **options: Any) -> None:
        if as_json and as_csv:
            raise click.UsageError("--json and --csv cannot be given together")
        command(*args, form=Form.JSON if as_json else Form.CSV if as_csv else Form.PEOPLE, **options)

    if has_csv:
        with_form = click.option("--csv", "as_csv", is_flag=True, help="Write CSV to standard output.")(with_form)
    return click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output.")(with_form)


#: Adds ``--json`` alone, passed on as `form` too.
json_option = functools.partial(form_options, has_csv=False)


def write(
    form: Form,
    *,
    json: Callable[[], object],
    people: Callable[[], str],
    csv: Callable[[], tuple[Sequence[str], Iterable[Sequence[object]]]] | None = None,
    remark: str = "",
) -> None:
    """Write an answer in the form asked for; the others are not made.

    Args:
        form: The form.
        json: Makes what becomes JSON.
        people: Makes the text for people; where it is empty, nothing is written.
        csv: Makes headers and rows, of commands that have ``--csv``.
        remark: What else people are told, on standard error.
    """
    if form is Form.JSON:
        echo_json(json())
    elif form is Form.CSV and csv is not None:
        echo_csv(*csv())
    else:
        if text := people():
            click.echo(text)
        if remark:
            note(remark)


def terminal_width() -> int | None:
    """Return the width that output must keep to; None where nobody sets one (a pipe, a file)."""
    if os.environ.get("COLUMNS", "").isdigit() or sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, 40)
    return None


def paragraph(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap running text to the terminal; addresses are never broken."""
    return textwrap.fill(
        text,
        width=min(terminal_width() or _PROSE_WIDTH, 120),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def fields(pairs: Iterable[tuple[str, str]], indent: str = "  ") -> str:
    """Lay out labels and texts in two columns; several lines in a text stay lines.

    A label that is a phrase is written before its text, so that it does not push the second column away.
    """
    kept = [(label, text) for label, text in pairs if text]
    width = max((len(label) for label, _ in kept if not _is_phrase(label)), default=0) + _GAP
    lines = []
    for label, text in kept:
        head = f"{indent}{label}: " if _is_phrase(label) else f"{indent}{label:<{width}}"
        for line in text.split("\n"):
            lines.append(paragraph(line, " " * len(head), head))
            head = " " * len(head)
    return "\n".join(lines)


def _is_phrase(label: str) -> bool:
    return " " in label and len(label) > _LONGEST_LABEL


def note(text: str) -> None:
    """Tell people something that is not part of the answer."""
    click.echo(text, err=True)


class Progress(contextlib.AbstractContextManager["Progress"]):
    """One line on the terminal that says what is being done, and is gone at the end; nothing in a pipe."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.is_shown = not quiet and sys.stderr.isatty()

    def __exit__(self, *_error: object) -> None:
        self.line("")

    def line(self, text: str) -> None:
        """Show a text instead of the one before, cut to the width of the terminal."""
        if self.is_shown:
            width = shutil.get_terminal_size().columns - 1
            shown = "".join(c if c.isprintable() else "?" for c in text)
            click.echo(f"\r\x1b[K{shown[:width]}", err=True, nl=False)

    def step(self, number: int, total: int, title: str) -> None:
        """Show the title of a step, and how many there are."""
        self.line(f"[{'#' * number}{'.' * (total - number)}] {number}/{total} {title}")


def echo_json(value: object) -> None:
    """Write JSON, indented; dates and other foreign values become text, what JSON cannot say becomes null."""
    import json

    try:
        text = json.dumps(value, indent=2, allow_nan=False, default=_foreign)
    except ValueError:
        known = json.loads(json.dumps(value, default=_foreign), parse_constant=lambda _name: None)
        text = json.dumps(known, indent=2)
    click.echo(text)


def _foreign(value: object) -> str:
    """Write what JSON has no form for: bytes in hexadecimal, dates and others as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def echo_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV: lines end in LF, null is an empty cell, lists and structures are JSON."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)


def _csv_cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict | list | tuple):
        import json

        return json.dumps(value, default=_foreign)
    return value
