"""``kb refresh``: read every source, report what changed, and publish it if the data checks pass."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click
from click.exceptions import Exit

from kb.cli.live import Live, live_options
from kb.cli.options import FILE, data_option, require_checkout
from kb.cli.output import Form, Progress, json_option, write
from kb.dataset import paths
from kb.dataset.files import replace_atomically
from kb.dataset.log_specs import SPECS
from kb.errors import need

_EPILOG = """Sources you cannot reach (no network, no credentials, a package that is not installed) are skipped, and
the report says why. The logs change together in one step or not at all; database and snapshot follow if every data
check passes. Exit status 1 if a check fails, a sentence of the documentation changed, or a source failed.

\b
Examples:
  kb refresh --dry-run
  kb refresh --report report.md
  kb refresh --source ec2_api --profile audit --region eu-west-1
  kb refresh --source ec2_guide --source nitro_page --keep-raw raw
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--source",
    "sources",
    metavar="NAME",
    type=click.Choice(tuple(SPECS)),
    multiple=True,
    help="Only this source; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Read, compare and report, but write neither logs nor database.")
@live_options
@data_option(help="Data folder to update (default: the checkout's).")
@click.option("--output", metavar="FILE", type=FILE, help="Database to write (with --data: kb.duckdb in that folder).")
@click.option("--report", "report_file", metavar="FILE", type=FILE, help="Also write the Markdown report to this file.")
@json_option
def refresh(
    *,
    sources: tuple[str, ...],
    dry_run: bool,
    live: Live,
    data: Path | None,
    output: Path | None,
    report_file: Path | None,
    form: Form,
) -> None:
    """Read every source you can reach, and report what changed as Markdown.

    In a checkout and without --data, also update the lookup snapshot in the package.
    """
    has_data = data is not None and find_spec("scrapers") is not None
    require_checkout("a refresh appends to the observation logs of", extras="build,scrape", is_there=has_data)
    need("duckdb", "build", "A refresh")
    from scrapers import SCRAPERS
    from scrapers.refresh import Job
    from scrapers.refresh import refresh as run
    from scrapers.refresh.report import render

    job = Job(
        data_dir=data or paths.data_dir(),
        database=output or (data / "kb.duckdb" if data is not None else paths.database_file()),
        snapshot=paths.snapshot_file() if data is None else None,
        sources=[name for name in SCRAPERS if name in sources],
        is_dry_run=dry_run,
        keep_raw=live.keep_raw,
        from_raw=live.from_raw,
    )
    with Progress() as progress:
        report = run(job, live.request, progress.line)
    text = render(report)
    write(form, json=report.as_dict, people=lambda: text.removesuffix("\n"))
    if report_file is not None:
        replace_atomically(report_file, text.encode("utf-8"))
    if report.exit_status:
        raise Exit(report.exit_status)
