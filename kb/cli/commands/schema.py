"""``kb schema``: the tables and columns of the database, and statements that make them elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from kb.cli.options import completing
from kb.cli.output import Form, fields, form_options, paragraph, write
from kb.cli.table import Table as Layout
from kb.dataset.schema import TABLES, Table, table
from kb.export.ddl import Dialect, create_external_sql, read_location

_HEADERS = ("column", "type", "unit", "null", "description")


_EPILOG = """--ddl writes CREATE TABLE statements for the Parquet files of `kb export`. Athena and Trino read folders:
in the object store, put each file into a folder named after its table, below --location.

\b
Examples:
  kb schema
  kb schema kms_verdicts workloads
  kb schema --csv > columns.csv
  kb schema --ddl athena --location s3://bucket/kb/ kms_verdicts
"""


@click.command(epilog=_EPILOG)
@click.argument(
    "names", metavar="[TABLE]...", nargs=-1, shell_complete=completing(lambda: [each.name for each in TABLES])
)
@click.option(
    "--ddl", type=click.Choice([dialect.value for dialect in Dialect]), help="Write CREATE TABLE statements instead."
)
@click.option("--location", metavar="URL", help="With --ddl: URL of the folder that holds the folders of the tables.")
@form_options
def schema(*, names: tuple[str, ...], ddl: str | None, location: str | None, form: Form) -> None:
    """Show tables and columns with types, units and meaning; without TABLE, list the tables."""
    if (ddl is None) != (location is None):
        raise click.UsageError("--ddl and --location go together")
    if ddl is not None and form is not Form.PEOPLE:
        raise click.UsageError(f"--ddl and --{form.value} cannot be given together")
    tables = _tables(names)
    if ddl is not None:
        _write_ddl(tables, ddl, str(location))
        return
    write(
        form,
        json=lambda: [_as_dict(each) for each in tables],
        csv=lambda: (("table", *_HEADERS), ((each.name, *cells) for each in tables for cells in _rows(each))),
        people=lambda: "\n\n".join(_text(each) for each in tables) if names else _overview(tables),
        remark="" if names else f"{len(tables)} tables; kb schema TABLE shows the columns",
    )


def _overview(tables: Sequence[Table]) -> str:
    return fields(((each.name, each.description) for each in tables), indent="")


def _tables(names: Sequence[str]) -> tuple[Table, ...]:
    try:
        return tuple(table(name) for name in dict.fromkeys(names)) if names else TABLES
    except KeyError as error:
        raise click.ClickException(error.args[0]) from error


def _write_ddl(tables: Sequence[Table], ddl: str, location: str) -> None:
    try:
        folder = read_location(location)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="'--location'") from error
    click.echo("\n\n".join(f"{create_external_sql(each, Dialect(ddl), folder)};" for each in tables))


def _rows(each: Table) -> list[tuple[str, str, str | None, str, str]]:
    return [(c.name, c.type, c.unit, "no" if c.required else "yes", c.description) for c in each.columns]


def _text(each: Table) -> str:
    head = [f"Key: {', '.join(each.key)}"]
    head += [f"{column} names a row of {target}" for column, target in each.references.items()]
    layout = Layout(_HEADERS, _rows(each))
    return "\n".join(
        [each.name, paragraph(each.description, "  "), *(paragraph(line, "  ") for line in head), layout.text()]
    )


def _as_dict(each: Table) -> dict[str, Any]:
    return {
        "table": each.name,
        "description": each.description,
        "key": each.key,
        "references": dict(each.references),
        "columns": [
            {
                "name": c.name,
                "type": c.type,
                "unit": c.unit,
                "may_be_null": not c.required,
                "description": c.description,
            }
            for c in each.columns
        ],
    }
