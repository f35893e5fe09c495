"""``kb scrape``: read a source and append what changed to its observation log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.live import Live, live_options
from kb.cli.options import FILE, completing, data_option, read_day, require_checkout
from kb.cli.output import Form, Progress, json_option, write
from kb.cli.table import Table, as_rows, write_table
from kb.dataset import paths
from kb.dataset.log_specs import SPECS, LogSpec
from kb.library.words import counted

if TYPE_CHECKING:
    from scrapers.base import Request
    from scrapers.engine.run import RunResult

#: New rows that are written out for people; all of them are in the log.
_ROWS_SHOWN = 20

_EPILOG = """Without --wheel and --git-dir, kb reads the installed package or the live source (pip install
'sagemaker-storage-kb[scrape]'). A reading that changes nothing only adds a row to scrapes.csv. The log and scrapes.csv
are replaced together or not at all. `kb refresh` reads every source and builds the database.

\b
Examples:
  kb scrape --list
  kb scrape sagemaker_api --git-dir ../botocore/.git
  kb scrape ec2_api_capture --wheel moto-5.2.5-py3-none-any.whl
  kb scrape ec2_api --profile audit --region eu-west-1
  kb scrape ec2_guide --keep-raw raw
  kb scrape ec2_guide --from-raw raw --data copy
"""


@click.command(epilog=_EPILOG)
@click.argument("source", required=False, shell_complete=completing(lambda: SPECS))
@click.option("--wheel", metavar="FILE", type=FILE, help="Wheel of the package to read.")
@click.option("--git-dir", metavar="DIR", type=FILE, help="Git clone of the package, to read its whole history.")
@click.option(
    "--date", "observed_on", metavar="DATE", callback=read_day, help="Day of the observation (default: today)."
)
@data_option(help="Data folder to update (default: the checkout's).")
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
    form: Form,
) -> None:
    """Read a source and append what changed to its observation log."""
    require_checkout("scraping appends to the observation logs of", extras="scrape")
    from kb.errors import InputError
    from scrapers import SCRAPERS
    from scrapers.base import ScrapeError
    from scrapers.engine.run import run

    if is_list:
        write_table(form, *as_rows(("source", "needs", "title"), SCRAPERS.values()))
        return
    if source is None:
        raise click.UsageError("give the name of a source, or --list")
    _refuse_useless_options(source, live.request, wheel=wheel, git_dir=git_dir, observed_on=observed_on)
    try:
        with Progress() as progress:
            request = replace(
                live.request, wheel=wheel, git_dir=git_dir, observed_on=observed_on, progress=progress.line
            )
            folder = data or paths.data_dir()
            result = run(source, request, folder, progress.line, keep_raw=live.keep_raw, from_raw=live.from_raw)
    except (ScrapeError, InputError) as error:
        raise click.ClickException(str(error)) from error
    log = SCRAPERS[source].log
    write(
        form,
        json=lambda: _as_dict(result, log),
        people=lambda: Table(log.columns, result.changes[:_ROWS_SHOWN]).text() if result.changes else "",
        remark="\n".join(_remarks(result)),
    )


def _refuse_useless_options(
    source: str, request: Request, *, wheel: Path | None, git_dir: Path | None, observed_on: date | None
) -> None:
    from scrapers import SCRAPERS

    is_file = wheel is not None or git_dir is not None
    needs = SCRAPERS[source].needs if source in SCRAPERS else ""
    refused = {
        "--wheel and --git-dir cannot be given together": wheel is not None and git_dir is not None,
        "--date is for the installed package; a wheel and a git directory carry their own dates": (
            observed_on is not None and is_file
        ),
        f"--wheel, --git-dir and --date are for packages; {source} is read live": (
            needs not in ("", "package") and (is_file or observed_on is not None)
        ),
        f"--region, --profile and --mirror are for live sources, and {source} is a package": (
            needs == "package" and bool(request.regions or request.profile or request.mirrors)
        ),
    }
    for message, is_wrong in refused.items():
        if is_wrong:
            raise click.UsageError(message)


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


def _remarks(result: RunResult) -> Iterator[str]:
    """Say what was read and what is new; new rows beyond those in the table are counted."""
    if result.rows_changed > _ROWS_SHOWN:
        days = sorted({row[0] for row in result.changes})
        span = f"on {len(days)} days from {days[0]} to {days[-1]}" if len(days) > 1 else f"on {days[0]}"
        yield f"and {result.rows_changed - _ROWS_SHOWN} more, {span}"
    passed_over = f", {result.passed_over} passed over as already recorded" if result.passed_over else ""
    readings = f"{counted(result.readings, 'reading')}{passed_over}"
    seen = f"{result.rows_seen} rows seen in the newest, " if result.readings else ""
    yield f"{result.source}: {readings}; {seen}{result.rows_changed} new rows in {result.log_path}"
    yield from (f"not read: {failure}" for failure in result.failures)
    yield from (f"not understood: {remark}" for remark in result.remarks)
    if result.rows_changed:
        yield "Look at the change with `git diff`, then run `kb build`."
