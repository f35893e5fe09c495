"""``kb scrape``: read a source and append what changed to its observation log."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from kb.cli.options import FILE, read_day
from kb.cli.output import echo_json, json_option, note
from kb.cli.table import Table

if TYPE_CHECKING:
    from kb.log_specs import LogSpec
    from scrapers.run import RunResult

#: New rows that are written out for people; all of them are in the log.
_ROWS_SHOWN = 20

_EPILOG = """Without --wheel and --git-dir, the installed package is read (pip install 'sagemaker-storage-kb[scrape]').
A reading that changes nothing only adds its row to scrapes.csv; the log is replaced in one step or not at all.

\b
Examples:
  kb scrape --list
  kb scrape sagemaker_api
  kb scrape sagemaker_api --git-dir ../botocore/.git
  kb scrape ec2_api_capture --wheel moto-5.2.5-py3-none-any.whl
"""


def _complete_sources(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from kb.log_specs import SPECS

    return [CompletionItem(name) for name in SPECS if name.startswith(incomplete)]


@click.command(epilog=_EPILOG, short_help="Read a source into its observation log.")
@click.argument("source", required=False, shell_complete=_complete_sources)
@click.option("--wheel", metavar="FILE", type=FILE, help="Read this wheel of the package.")
@click.option("--git-dir", metavar="DIR", type=FILE, help="Read the whole history in this clone of the package's git.")
@click.option(
    "--date", "observed_on", metavar="DATE", callback=read_day, help="Day of the observation; today by default."
)
@click.option(
    "--accept-vanished", is_flag=True, help="Accept a reading in which most of what was there before is gone."
)
@click.option("--data", metavar="DIR", type=FILE, help="Data folder whose logs grow, instead of the checkout's.")
@click.option("--list", "is_list", is_flag=True, help="List the sources, and exit.")
@json_option
def scrape(
    *,
    source: str | None,
    wheel: Path | None,
    git_dir: Path | None,
    observed_on: date | None,
    accept_vanished: bool,
    data: Path | None,
    is_list: bool,
    as_json: bool,
) -> None:
    """Read a source and append what changed to its observation log."""
    from kb import paths

    root = paths.checkout()
    if root is None:
        raise click.ClickException(
            "scraping appends to the observation logs of a checkout, and this kb is installed without one; "
            "clone the repository and install it with: pip install -e '.[scrape]'"
        )
    from kb.logs import LogError
    from scrapers import SCRAPERS
    from scrapers.base import Request, ScrapeError
    from scrapers.run import run

    if is_list:
        rows = [(scraper.source, scraper.title) for scraper in SCRAPERS.values()]
        if as_json:
            echo_json([{"source": name, "title": title} for name, title in rows])
        else:
            click.echo(Table(("source", "title"), rows).text())
        return
    if source is None:
        raise click.UsageError("name a source, or give --list")
    if wheel is not None and git_dir is not None:
        raise click.UsageError("--wheel and --git-dir cannot be given together")
    if observed_on is not None and (wheel is not None or git_dir is not None):
        raise click.UsageError("--date is for the installed package; a wheel and a git directory carry their own dates")
    try:
        request = Request(wheel, git_dir, observed_on, accept_vanished)
        result = run(source, request, data or root / "data", note if sys.stderr.isatty() else None)
    except (ScrapeError, LogError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        echo_json(_as_dict(result, SCRAPERS[source].log))
    else:
        _show(result, SCRAPERS[source].log)


def _as_dict(result: RunResult, log: LogSpec) -> dict[str, object]:
    return {
        "source": result.source,
        "log": str(result.log_path),
        "readings": result.readings,
        "passed_over": result.passed_over,
        "rows_seen": result.rows_seen,
        "rows_changed": result.rows_changed,
        "changes": [dict(zip(log.columns, row, strict=True)) for row in result.changes],
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
    if result.rows_changed:
        note("Look at the change with `git diff`, then run `kb build`.")
