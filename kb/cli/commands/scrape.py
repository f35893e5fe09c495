"""``kb scrape``: read a source and append what changed to its observation log."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.live import Live, complete_sources, live_options
from kb.cli.options import FILE, read_day
from kb.cli.output import echo_json, json_option, note
from kb.cli.table import Table

if TYPE_CHECKING:
    from kb.dataset.log_specs import LogSpec
    from scrapers.base import Request
    from scrapers.engine.run import RunResult

#: New rows that are written out for people; all of them are in the log.
_ROWS_SHOWN = 20

_EPILOG = """Without --wheel and --git-dir, the installed package or the live source is read (pip install
'sagemaker-storage-kb[scrape]'). A reading that changes nothing only adds its row to scrapes.csv; log and scrapes.csv
are replaced together or not at all. `kb refresh` reads every source and builds.

\b
Examples:
  kb scrape --list
  kb scrape sagemaker_api --git-dir ../botocore/.git
  kb scrape ec2_api_capture --wheel moto-5.2.5-py3-none-any.whl
  kb scrape ec2_api --profile audit --region eu-west-1
  kb scrape ec2_guide --keep-raw raw
  kb scrape ec2_guide --from-raw raw --data copy
"""


@click.command(epilog=_EPILOG, short_help="Read a source into its observation log.")
@click.argument("source", required=False, shell_complete=complete_sources)
@click.option("--wheel", metavar="FILE", type=FILE, help="Read this wheel of the package.")
@click.option("--git-dir", metavar="DIR", type=FILE, help="Read the whole history in this clone of the package's git.")
@click.option(
    "--date", "observed_on", metavar="DATE", callback=read_day, help="Day of the observation; today by default."
)
@click.option("--data", metavar="DIR", type=FILE, help="Data folder whose logs grow, instead of the checkout's.")
@click.option("--list", "is_list", is_flag=True, help="List the sources, and exit.")
@live_options
@json_option
def scrape(
    *,
    source: str | None,
    wheel: Path | None,
    git_dir: Path | None,
    observed_on: date | None,
    data: Path | None,
    is_list: bool,
    live: Live,
    as_json: bool,
) -> None:
    """Read a source and append what changed to its observation log."""
    from kb.dataset import paths

    root = paths.checkout()
    if root is None:
        raise click.ClickException(
            "scraping appends to the observation logs of a checkout, and this kb is installed without one; "
            "clone the repository and install it with: pip install -e '.[scrape]'"
        )
    from kb.errors import InputError
    from scrapers import SCRAPERS
    from scrapers.base import ScrapeError
    from scrapers.engine.run import run

    if is_list:
        rows = [(scraper.source, scraper.needs, scraper.title) for scraper in SCRAPERS.values()]
        if as_json:
            echo_json([{"source": name, "needs": needs, "title": title} for name, needs, title in rows])
        else:
            click.echo(Table(("source", "needs", "title"), rows).text())
        return
    if source is None:
        raise click.UsageError("name a source, or give --list")
    _refuse_useless_options(source, live.request, wheel=wheel, git_dir=git_dir, observed_on=observed_on)
    request = replace(live.request, wheel=wheel, git_dir=git_dir, observed_on=observed_on)
    try:
        progress = note if sys.stderr.isatty() else None
        if progress is not None:
            request = replace(request, progress=progress)
        folder = data or root / "data"
        result = run(source, request, folder, progress, keep_raw=live.keep_raw, from_raw=live.from_raw)
    except (ScrapeError, InputError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        echo_json(_as_dict(result, SCRAPERS[source].log))
    else:
        _show(result, SCRAPERS[source].log)


def _refuse_useless_options(
    source: str, request: Request, *, wheel: Path | None, git_dir: Path | None, observed_on: date | None
) -> None:
    from scrapers import SCRAPERS

    is_file = wheel is not None or git_dir is not None
    if wheel is not None and git_dir is not None:
        raise click.UsageError("--wheel and --git-dir cannot be given together")
    if observed_on is not None and is_file:
        raise click.UsageError("--date is for the installed package; a wheel and a git directory carry their own dates")
    needs = SCRAPERS[source].needs if source in SCRAPERS else ""
    if needs not in ("", "package") and (is_file or observed_on is not None):
        raise click.UsageError(f"--wheel, --git-dir and --date are for packages; {source} is read live")
    if needs == "package" and (request.regions or request.profile or request.mirrors):
        raise click.UsageError(f"--region, --profile and --mirror are for live sources, and {source} is a package")


def _as_dict(result: RunResult, log: LogSpec) -> dict[str, object]:
    return {
        "source": result.source,
        "log": str(result.log_path),
        "readings": result.readings,
        "passed_over": result.passed_over,
        "rows_seen": result.rows_seen,
        "rows_changed": result.rows_changed,
        "changes": [dict(zip(log.columns, row, strict=True)) for row in result.changes],
        "remarks": list(result.remarks),
        "failures": list(result.failures),
    }


def _show(result: RunResult, log: LogSpec) -> None:
    if result.changes:
        click.echo(Table(log.columns, result.changes[:_ROWS_SHOWN]).text())
        if result.rows_changed > _ROWS_SHOWN:
            days = sorted({row[0] for row in result.changes})
            span = f"on {len(days)} days from {days[0]} to {days[-1]}" if len(days) > 1 else f"on {days[0]}"
            note(f"and {result.rows_changed - _ROWS_SHOWN} more, {span}")
    passed_over = f", {result.passed_over} passed over as already recorded" if result.passed_over else ""
    readings = f"{result.readings} reading{'' if result.readings == 1 else 's'}{passed_over}"
    seen = f"{result.rows_seen} rows seen in the newest, " if result.readings else ""
    note(f"{result.source}: {readings}; {seen}{result.rows_changed} new rows in {result.log_path}")
    for failure in result.failures:
        note(f"not read: {failure}")
    for remark in result.remarks:
        note(f"not understood: {remark}")
    if result.rows_changed:
        note("Look at the change with `git diff`, then run `kb build`.")
