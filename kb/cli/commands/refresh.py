"""``kb refresh``: read every source, show what changed, and publish what the gate accepts."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from kb.cli.live import Live, complete_sources, live_options
from kb.cli.options import FILE
from kb.cli.output import echo_json, json_option

_EPILOG = """Sources that cannot be reached from here (no network, no credentials, a package that is not installed) are
left out, and the report says why. Logs change together in one step or not at all; database and snapshot follow if every
data check passes. Exit status 1 where a check refuses, a sentence of the documentation changed, or a source failed.

\b
Examples:
  kb refresh --dry-run
  kb refresh --report report.md
  kb refresh --source ec2_api --profile audit --region eu-west-1
  kb refresh --source ec2_guide --source nitro_page --keep-raw raw
"""


def _in_a_checkout(command: Callable[..., None]) -> Callable[..., None]:
    """Stop before anything else where there are no logs to append to, or no scrapers: they are not in a wheel."""

    @functools.wraps(command)
    def checked(*args: Any, data: Path | None, **options: Any) -> None:
        from kb.dataset import paths

        if (data is None and paths.checkout() is None) or find_spec("scrapers") is None:
            raise click.ClickException(
                "a refresh appends to the observation logs of a checkout, and this kb is installed without one; "
                "clone the repository and install it with: pip install -e '.[build,scrape]'"
            )
        command(*args, data=data, **options)

    return checked


@click.command(epilog=_EPILOG, short_help="Read every source, and publish what changed.")
@click.option(
    "--source",
    "sources",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_sources,
    help="Read this source only; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Read, compare and report; write neither logs nor database.")
@_in_a_checkout
@live_options
@click.option("--data", metavar="DIR", type=FILE, help="Data folder whose logs grow, instead of the checkout's.")
@click.option("--output", metavar="FILE", type=FILE, help="Database to make; with --data, kb.duckdb in that folder.")
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
    as_json: bool,
) -> None:
    """Read every source that can be read here, and report what changed as Markdown.

    In a checkout, and with the data there, the lookup snapshot inside the package is written too.
    """
    from kb.dataset import paths
    from kb.errors import need

    need("duckdb", "build", "A refresh")
    from scrapers import SCRAPERS

    unknown = [name for name in sources if name not in SCRAPERS]
    if unknown:
        raise click.BadParameter(
            f"no source {unknown[0]!r}; the sources are: {', '.join(SCRAPERS)}.", param_hint="--source"
        )
    from kb.dataset.files import replace_atomically
    from scrapers.refresh import Job
    from scrapers.refresh import refresh as run
    from scrapers.refresh.report_text import render

    job = Job(
        data_dir=data or paths.data_dir(),
        database=output or (data / "kb.duckdb" if data is not None else paths.database_file()),
        snapshot=paths.snapshot_file() if data is None else None,
        sources=[name for name in SCRAPERS if name in sources],
        is_dry_run=dry_run,
        keep_raw=live.keep_raw,
        from_raw=live.from_raw,
    )
    show = sys.stderr.isatty()
    try:
        report = run(job, live.request, _progress if show else _silence)
    finally:
        if show:
            click.echo("\r\x1b[K", err=True, nl=False)
    text = render(report)
    if as_json:
        echo_json(report.as_dict())
    else:
        click.echo(text, nl=False)
    if report_file is not None:
        replace_atomically(report_file, text.encode("utf-8"))
    if report.exit_status:
        raise Exit(report.exit_status)


def _silence(text: str) -> None:
    del text


def _progress(text: str) -> None:
    """Rewrite one line on the terminal."""
    width = shutil.get_terminal_size().columns - 1
    shown = "".join(c if c.isprintable() else "?" for c in text)
    click.echo(f"\r\x1b[K{shown[:width]}", err=True, nl=False)
