"""``kb build`` and ``kb lint``: make the database, and check one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from kb import checks, pipeline
from kb.checks import CheckResult, GateError, describe
from kb.cli.database import open_locked
from kb.cli.options import FILE, data_option, database_option, quiet_option
from kb.cli.output import Form, Progress, json_option, note, write
from kb.dataset import paths
from kb.pipeline import BuildResult

_BUILD_EPILOG = """The database is replaced in one step once every data check has passed. If the build fails, the old
database stays. Checks of level review stop nothing.

\b
Examples:
  kb build
  kb build --data copy/data --output /tmp/kb.duckdb
"""


@click.command(epilog=_BUILD_EPILOG)
@data_option(help="Folder with the logs and curated tables (default: the shipped one).")
@click.option("--output", metavar="FILE", type=FILE, help="Database to write (default: KB_DATABASE or data/kb.duckdb).")
@click.option("--snapshot", metavar="FILE", type=FILE, help="Also write the lookup snapshot to this file.")
@click.option("--no-snapshot", is_flag=True, help="Do not update the lookup snapshot in the package.")
@quiet_option
def build(data: Path | None, output: Path | None, snapshot: Path | None, no_snapshot: bool, quiet: bool) -> None:
    """Build the database from the observation logs and curated tables.

    In a checkout and without --data, also update the lookup snapshot in the package.
    """
    if snapshot is not None and no_snapshot:
        raise click.UsageError("--snapshot and --no-snapshot cannot be given together")
    if snapshot is None and not no_snapshot and data is None and paths.checkout() is not None:
        snapshot = paths.snapshot_file()
    began = time.monotonic()
    try:
        with Progress(quiet=quiet) as progress:
            result = pipeline.build(data or paths.data_dir(), output or paths.database_file(), snapshot, progress.step)
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
    """Say how many checks passed, and how many need a manual review."""
    reviews = sum(result.needs_review for result in results)
    if not reviews:
        return f"all {len(results)} checks passed"
    return f"{len(results) - reviews} of {len(results)} checks passed, {reviews} to review"


_LINT_EPILOG = """A check fails on the rows it finds, and on exceptions in check_exceptions.csv that are no longer
needed. A check of level review asks for a manual review and does not count as failed.

\b
Examples:
  kb lint
  kb lint --database /tmp/kb.duckdb --json
"""


@click.command(epilog=_LINT_EPILOG)
@database_option
@json_option
def lint(database: Path | None, form: Form) -> None:
    """Run the data checks on a built database. Exit status 1 if one fails."""
    with open_locked(database) as connection:
        results = checks.run(connection)
    width = max(len(result.check.name) for result in results)
    write(
        form,
        json=lambda: [result.as_dict() for result in results],
        people=lambda: "\n".join(_line(result, width) for result in results),
    )
    failed = sum(result.blocks for result in results)
    if failed:
        raise click.ClickException(f"{failed} of {len(results)} checks failed")
    note(_passed(results))


def _line(result: CheckResult, width: int) -> str:
    accepted = f"  {result.accepted} accepted" if result.accepted else ""
    if result.passed:
        return f"ok      {result.check.name:<{width}}{accepted}".rstrip()
    count = len(result.violations) + len(result.stale)
    details = describe(result).partition("\n")[2]
    mark, what = ("FAILED", "wrong") if result.blocks else ("REVIEW", "to review")
    return f"{mark}  {result.check.name:<{width}}  {count} {what}{accepted}: {result.check.description}\n{details}"
