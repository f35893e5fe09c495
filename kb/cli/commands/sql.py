"""``kb sql``: your own SQL on the built database."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from kb.cli.database import limit_option, open_locked, write_rows
from kb.cli.options import database_option
from kb.cli.output import Form, form_options, note

_EPILOG = """The database is opened read-only, and SQL cannot reach any other file.

\b
Examples:
  kb sql "SHOW TABLES"
  kb sql "SELECT family, count(*) FROM instance_types WHERE has_instance_store GROUP BY ALL"
  kb sql --csv - < question.sql
"""


@click.command(epilog=_EPILOG)
@click.argument("statement", metavar="SQL")
@limit_option
@database_option
@form_options
def sql(statement: str, limit: int | None, database: Path | None, form: Form) -> None:
    """Run SQL on the built database; "-" reads the SQL from standard input."""
    text = _text(statement)
    with open_locked(database) as connection:
        cursor = connection.execute(text)
        if cursor.description is None:
            note("The statement has no result.")
            return
        columns = [str(column[0]) for column in cursor.description]
        write_rows(columns, _rows(cursor), limit, form)


def _text(statement: str) -> str:
    """Return the SQL to run; what is no text in UTF-8 would fail deep inside DuckDB."""
    try:
        text = sys.stdin.read() if statement == "-" else statement
        text.encode("utf-8")
    except UnicodeError as error:
        raise click.UsageError("the SQL is not text in UTF-8") from error
    if not text.strip():
        raise click.UsageError("no SQL given")
    return text


def _rows(cursor: Any) -> Iterator[Sequence[object]]:
    while rows := cursor.fetchmany(1000):
        yield from rows
