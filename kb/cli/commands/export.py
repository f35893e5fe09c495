"""``kb export``: the tables as files for other tools."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from kb.cli.options import FILE, database_option
from kb.cli.output import echo_json, json_option, note, progress_line

if TYPE_CHECKING:
    from kb.export import ExportResult

_EPILOG = """The folder has kb.sqlite (with lookup.txt, for `kb serve`), a folder with a file per table for each other
format, datapackage.json, which describes the CSV files, and SHA256SUMS. It is replaced in one step when
everything is done, and only if an export made all that is in it; formats already there are written anew.
The default is KB_EXPORT, else data/export in a checkout, else a folder in the user's cache.

\b
Examples:
  kb export
  kb export --output /tmp/tables --format parquet --format csv
"""


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from kb.export import FORMATS

    return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


def _read_formats(_ctx: click.Context, _param: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    from kb.export import FORMATS

    for name in names:
        if name not in FORMATS:
            raise click.BadParameter(f"no format {name[:60]!r}; the formats are: {', '.join(FORMATS)}.")
    return names or FORMATS


@click.command(epilog=_EPILOG, short_help="Write the tables as files for other tools.")
@click.option("--output", metavar="DIR", type=FILE, help="Folder to make or replace, instead of the default one.")
@click.option(
    "--format",
    "formats",
    metavar="FORMAT",
    multiple=True,
    callback=_read_formats,
    shell_complete=_complete,
    help="Format to write: sqlite, parquet, csv or jsonl; may be given several times. All by default.",
)
@database_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something fails.")
@json_option
def export(*, output: Path | None, formats: tuple[str, ...], database: Path | None, quiet: bool, as_json: bool) -> None:
    """Write every table of the built database as SQLite, Parquet, CSV and JSON Lines."""
    from kb import export as exporter
    from kb.dataset import paths

    began = time.monotonic()
    with progress_line(quiet=quiet) as progress:
        result = exporter.export(database or paths.database_file(), output or paths.export_dir(), formats, progress)
    if as_json:
        echo_json(_as_dict(result))
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
