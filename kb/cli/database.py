"""What commands on the built database share: opening it safely, and writing rows."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import options
from kb.cli.output import Form, echo_csv, echo_json, note
from kb.cli.table import Table
from kb.dataset.database import connect
from kb.errors import need
from kb.library.words import counted

if TYPE_CHECKING:
    import duckdb

#: Rows that a table for people has, unless --limit says otherwise.
_ROWS_SHOWN = 100

#: The database is a file from anywhere and the SQL is pasted from anywhere: neither shall reach beyond the file.
_LOCKS = """
SET python_enable_replacements = false;
SET enable_external_access = false;
SET lock_configuration = true
"""

limit_option = options.limit_option(
    help=f"Maximum number of rows (default: {_ROWS_SHOWN} in a table; all with --json and --csv)."
)


@contextmanager
def open_locked(database: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database read-only, with no way to other files; errors of SQL become one message.

    Raises:
        click.ClickException: a statement fails.
        DatabaseError, MissingExtraError: as for `kb.dataset.database.connect`.
    """
    module = need("duckdb", "build", "SQL")
    connection = connect(database)
    try:
        connection.execute(_LOCKS)
        with _interruptible():
            yield connection
    except module.Error as error:
        raise click.ClickException(str(error).strip()) from error
    finally:
        connection.close()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process at once: DuckDB does not look at signals while it works, and nothing is written."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # not the main thread, which alone gets signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], limit: int | None, form: Form) -> None:
    """Write rows in the form asked for; a table for people says whether there are more."""
    if form is Form.PEOPLE:
        wanted = limit or _ROWS_SHOWN
        found = list(islice(rows, wanted + 1))
        laid_out = Table(columns, found[:wanted], missing="NULL")
        click.echo(laid_out.text() if laid_out.fits and not laid_out.is_tall else laid_out.records())
        if len(found) > wanted:
            note(f"first {counted(wanted, 'row')}; there are more (--limit N, or --csv for all)")
        else:
            note(counted(len(found), "row"))
    elif form is Form.CSV:
        echo_csv(columns, islice(rows, limit))
    else:
        names = _unique(columns)
        echo_json([dict(zip(names, row, strict=True)) for row in islice(rows, limit)])


def _unique(columns: Sequence[str]) -> list[str]:
    """Names for JSON: the second column called n becomes n_2."""
    names: list[str] = []
    for column in columns:
        name, count = column, 1
        while name in names:
            count += 1
            name = f"{column}_{count}"
        names.append(name)
    return names
