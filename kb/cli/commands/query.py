"""``kb query``: the SQL files in ``queries/``, by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from kb.cli.database import limit_option, open_locked, write_rows
from kb.cli.options import completing, database_option
from kb.cli.output import Form, form_options, note, paragraph, write
from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.dataset.queries import Query

_EPILOG = """The queries are SQL files; `kb query --list` shows where they are.

\b
Examples:
  kb query --list
  kb query can-i-use-my-key type=ml.g5.xlarge workload=endpoint
  kb query everything-under-my-key --param workload=training --param min_gpus=1 --csv
"""


@click.command(epilog=_EPILOG)
@click.argument(
    "name", required=False, shell_complete=completing(lambda: sorted(path.stem for path in queries_dir().glob("*.sql")))
)
@click.argument("values", metavar="[PARAMETER=VALUE]...", nargs=-1)
@click.option("--param", "named", metavar="PARAMETER=VALUE", multiple=True, help="Value of a parameter; repeatable.")
@click.option("--list", "is_list", is_flag=True, help="List the queries with their parameters, and exit.")
@limit_option
@database_option
@form_options
def query(
    *,
    name: str | None,
    values: tuple[str, ...],
    named: tuple[str, ...],
    is_list: bool,
    limit: int | None,
    database: Path | None,
    form: Form,
) -> None:
    """Run a ready-made query."""
    if is_list:
        _list(list(queries.load(queries_dir()).values()), form)
        return
    if name is None:
        raise click.UsageError("give the name of a query, or --list")
    chosen = queries.find(queries_dir(), name)
    given = _given((*values, *named))
    try:
        bound = chosen.bind(given)
    except queries.ParameterError as error:
        raise click.UsageError(str(error)) from error
    with open_locked(database) as connection:
        if form is Form.PEOPLE:
            used = ", ".join(f"{parameter}={value}" for parameter, value in bound.items())
            note(f"{chosen.title} ({used})" if bound else chosen.title)
        result = queries.run(connection, chosen, given)
    write_rows(result.columns, result.rows, limit, form)


def _given(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{text[:60]!r} is not of the form PARAMETER=VALUE")
        if name in found:
            raise click.UsageError(f"two values for the parameter {name[:60]!r}")
        found[name] = value
    return found


def _list(found: Sequence[Query], form: Form) -> None:
    rows = [(each.name, each.title, " ".join(f"{p.name}={p.default}" for p in each.parameters)) for each in found]
    write(
        form,
        json=lambda: [_as_dict(each) for each in found],
        csv=lambda: (("name", "title", "parameters"), rows),
        people=lambda: "\n".join(line for each in found for line in _described(each)),
        remark=f"{len(found)} queries" + (f" in {found[0].path.parent}" if found else ""),
    )


def _described(each: Query) -> Iterator[str]:
    yield each.name
    yield paragraph(f"{each.title} {each.description}", "  ")
    for p in each.parameters:
        yield paragraph(f"{p.name}={p.default}  {p.meaning} ({p.type.value})", "      ", "    ")


def _as_dict(each: Query) -> dict[str, Any]:
    parameters = [
        {"name": p.name, "type": p.type.value, "default": p.default, "meaning": p.meaning} for p in each.parameters
    ]
    return {
        "name": each.name,
        "title": each.title,
        "description": each.description,
        "parameters": parameters,
        "sql": each.sql,
        "path": str(each.path),
    }
