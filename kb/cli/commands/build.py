"""``kb build`` and ``kb lint``: make the database, and check one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.options import FILE, database_option
from kb.cli.output import echo_json, json_option, note, progress_line

if TYPE_CHECKING:
    from kb.checks import CheckResult
    from kb.pipeline import BuildResult

_BUILD_EPILOG = """The database is replaced in one step when everything is done and every data check has passed; a
build that fails leaves the old one as it was. Checks that only ask for a review stop nothing.

\b
Examples:
  kb build
  kb build --data copy/data --output /tmp/kb.duckdb
"""


@click.command(epilog=_BUILD_EPILOG, short_help="Make the database from the logs.")
@click.option(
    "--data", metavar="DIR", type=FILE, help="Folder with the logs and curated tables, instead of the shipped."
)
@click.option("--output", metavar="FILE", type=FILE, help="Database to make, instead of the default one.")
@click.option("--snapshot", metavar="FILE", type=FILE, help="Also write the lookup snapshot to this file.")
@click.option("--no-snapshot", is_flag=True, help="Leave the package's lookup snapshot as it is.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something fails.")
def build(data: Path | None, output: Path | None, snapshot: Path | None, no_snapshot: bool, quiet: bool) -> None:
    """Build the database from the observation logs and curated tables.

    In a checkout, and from the data there, the lookup snapshot inside the package is written too.
    """
    if snapshot is not None and no_snapshot:
        raise click.UsageError("--snapshot and --no-snapshot cannot be given together")
    from kb import pipeline as builder
    from kb.checks import GateError, describe
    from kb.dataset import paths

    if snapshot is None and not no_snapshot and data is None and paths.checkout() is not None:
        snapshot = paths.snapshot_file()
    began = time.monotonic()
    try:
        with progress_line(quiet=quiet) as progress:
            result = builder.build(data or paths.data_dir(), output or paths.database_file(), snapshot, progress)
    except GateError as error:
        failed = sum(check.blocks for check in error.results)
        raise click.ClickException(
            f"{failed} of {len(error.results)} data checks failed; nothing was published\n{error}"
        ) from error
    if not quiet:
        note(_summary(result, time.monotonic() - began))
        for check in result.checks:
            if check.needs_review:
                note(describe(check))


def _summary(result: BuildResult, seconds: float) -> str:
    accepted = sum(check.accepted for check in result.checks)
    exceptions = f" ({accepted} accepted exceptions)" if accepted else ""
    text = (
        f"built {result.database}: data {result.data_version}, {result.rows['instance_types']} types, "
        f"{result.rows['kms_verdicts']} verdicts, {_passed(result.checks)}{exceptions}, {seconds:.1f} s"
    )
    return f"{text}\nwrote {result.snapshot}" if result.snapshot else text


def _passed(results: Sequence[CheckResult]) -> str:
    """Say how many checks passed, and how many ask for a person."""
    reviews = sum(result.needs_review for result in results)
    if not reviews:
        return f"all {len(results)} checks passed"
    return f"{len(results) - reviews} of {len(results)} checks passed, {reviews} to review"


_LINT_EPILOG = """A check fails on rows it does not accept, and on exceptions in check_exceptions.csv that are
no longer needed. One of level review asks for a person and does not count as failed.

\b
Examples:
  kb lint
  kb lint --database /tmp/kb.duckdb --json
"""


@click.command(epilog=_LINT_EPILOG, short_help="Run the data checks on a database.")
@database_option
@json_option
def lint(database: Path | None, as_json: bool) -> None:
    """Run the data checks on a built database; exit status 1 if one fails."""
    from kb import checks
    from kb.cli.database import open_locked

    with open_locked(database) as connection:
        results = checks.run(connection)
    if as_json:
        echo_json([result.as_dict() for result in results])
    else:
        width = max(len(result.check.name) for result in results)
        for result in results:
            click.echo(_line(result, width, checks.describe))
    failed = sum(result.blocks for result in results)
    if failed:
        raise click.ClickException(f"{failed} of {len(results)} checks failed")
    note(_passed(results))


def _line(result: CheckResult, width: int, describe: Callable[[CheckResult], str]) -> str:
    accepted = f"  {result.accepted} accepted" if result.accepted else ""
    if result.passed:
        return f"ok      {result.check.name:<{width}}{accepted}".rstrip()
    count = len(result.violations) + len(result.stale)
    details = describe(result).partition("\n")[2]
    mark, what = ("FAILED", "wrong") if result.blocks else ("REVIEW", "to review")
    return f"{mark}  {result.check.name:<{width}}  {count} {what}{accepted}: {result.check.description}\n{details}"
