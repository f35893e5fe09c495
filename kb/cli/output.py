"""How answers are written: tables that fit the terminal for people, JSON and CSV for programs."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

import click

#: Width of running text where the output is no terminal.
_PROSE_WIDTH = 100
_GAP = 2
#: Characters of CSV that are written at once.
_CSV_PART = 1 << 16


class Form(StrEnum):
    """Whom an answer is written for."""

    PEOPLE = "people"
    JSON = "json"
    CSV = "csv"


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--json``, passed on as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output.")(command)


def form_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--json`` and ``--csv``, passed on as one argument `form`."""

    @click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output.")
    @click.option("--csv", "as_csv", is_flag=True, help="Write CSV to standard output.")
    @functools.wraps(command)
    def with_form(*args: Any, as_json: bool, as_csv: bool, **options: Any) -> None:
        if as_json and as_csv:
            raise click.UsageError("--json and --csv cannot be given together")
        command(*args, form=Form.JSON if as_json else Form.CSV if as_csv else Form.PEOPLE, **options)

    return with_form


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
    """Lay out labels and texts in two columns; several lines in a text stay lines."""
    kept = [(label, text) for label, text in pairs if text]
    width = max((len(label) for label, _ in kept), default=0) + _GAP
    lines = []
    for label, text in kept:
        head = f"{indent}{label:<{width}}"
        for line in text.split("\n"):
            lines.append(paragraph(line, " " * len(head), head))
            head = " " * len(head)
    return "\n".join(lines)


def note(text: str) -> None:
    """Tell a person something that is no part of the answer."""
    click.echo(text, err=True)


@contextlib.contextmanager
def progress_line(*, quiet: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Give a function that shows one step after the other on one line, which is gone at the end.

    It takes the number of the step, the number of steps and a title. None where it is not wanted, or where standard
    error is no terminal.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return

    def show(number: int, total: int, title: str) -> None:
        bar = "#" * number + "." * (total - number)
        click.echo(f"\r\x1b[K[{bar}] {number}/{total} {title}", err=True, nl=False)

    try:
        yield show
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def echo_json(value: object) -> None:
    """Write JSON, indented; dates and other foreign values become text, what JSON cannot say becomes null."""
    import json

    try:
        text = json.dumps(value, indent=2, allow_nan=False, default=_foreign)
    except ValueError:
        text = json.dumps(_without_nan(value), indent=2, default=_foreign)
    click.echo(text)


def _foreign(value: object) -> str:
    """Write what JSON has no form for: bytes in hexadecimal, dates and others as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value


def echo_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV: lines end in LF, null is an empty cell, lists and structures are JSON."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if buffer.tell() > _CSV_PART:
            click.echo(buffer.getvalue(), nl=False)
            buffer.seek(0)
            buffer.truncate()
    click.echo(buffer.getvalue(), nl=False)


def _csv_cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict | list | tuple):
        import json

        return json.dumps(value, default=_foreign)
    return value
