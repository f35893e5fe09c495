"""``kb export``: the tables as files for other tools."""

from __future__ import annotations

import time
from pathlib import Path

import click

from kb import export as exporter
from kb.cli.options import FILE, database_option, quiet_option
from kb.cli.output import Form, Progress, json_option, note, write
from kb.dataset import paths
from kb.export import FORMATS, ExportResult

_EPILOG = """The folder holds kb.sqlite (with lookup.txt, for `kb serve`), a folder with a file per table for each other
format, datapackage.json, which describes the CSV files, and SHA256SUMS. It is replaced in one step at the
end, and only if everything in it came from an export. Formats already there are written again.
The default is KB_EXPORT, else data/export in a checkout, else a folder in your cache.

\b
Examples:
  kb export
  kb export --output /tmp/tables --format parquet --format csv
"""


@click.command(epilog=_EPILOG)
@click.option("--output", metavar="DIR", type=FILE, help="Folder to write or replace (default: see below).")
@click.option(
    "--format",
    "formats",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    multiple=True,
    default=FORMATS,
    help=f"Format to write: {', '.join(FORMATS)}; repeatable (default: all).",
)
@database_option
@quiet_option
@json_option
def export(*, output: Path | None, formats: tuple[str, ...], database: Path | None, quiet: bool, form: Form) -> None:
    """Write every table of the built database as SQLite, Parquet, CSV and JSON Lines."""
    began = time.monotonic()
    with Progress(quiet=quiet) as progress:
        target = output or paths.export_dir()
        result = exporter.export(database or paths.database_file(), target, formats, progress.step)
    write(form, json=lambda: _as_dict(result), people=str)
    if not quiet:
        note(_summary(result, time.monotonic() - began))


def _summary(result: ExportResult, seconds: float) -> str:
    rows, megabytes = sum(result.rows.values()), sum(result.files.values()) / 1e6
    return (
        f"exported {result.folder}: data {result.data_version}, {', '.join(result.formats)}, "
        f"{len(result.rows)} tables, {rows} rows, {len(result.files)} files, {megabytes:.1f} MB, {seconds:.1f} s"
    )


def _as_dict(result: ExportResult) -> dict[str, object]:
    return {
        "folder": str(result.folder),
        "data_version": result.data_version,
        "formats": result.formats,
        "rows": result.rows,
        "files": [
            {"path": name, "bytes": result.files[name], "sha256": sha256} for name, sha256 in result.sha256.items()
        ],
    }
