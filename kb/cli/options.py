"""Kinds of arguments that several commands take, with their completion in the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

import kb
from kb.dataset import paths
from kb.library import lookup
from kb.library.lookup import snapshot

#: A file that a command reads or writes; whether it is usable is for the command to say.
FILE = click.Path(dir_okay=True, path_type=Path)


def completing(names: Callable[[], Iterable[str]]) -> Callable[..., list[CompletionItem]]:
    """Make a completion for the shell from names; there are none where they cannot be read."""

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            return [CompletionItem(name) for name in names() if name.startswith(incomplete.lower())]
        except kb.KBError:
            return []

    return complete


def reading(read: Callable[[str], Any]) -> Callable[..., Any]:
    """Make the callback of an option from what reads its text; None stays None."""

    def callback(_ctx: click.Context, _param: click.Parameter, text: str | None) -> Any:
        return None if text is None else read(text)

    return callback


def _day(text: str) -> date:
    """Read a day, given as a date (2026-06-10) or a data version (2026.06.10).

    Raises:
        click.BadParameter: it is neither, or lies before everything known.
    """
    try:
        return lookup.read_day(text)
    except kb.UnknownVersion as error:
        raise click.BadParameter(f"{error}.") from error


def known_region(name: str) -> str:
    """Return the canonical name of a Region.

    Raises:
        click.ClickException: no Region list names it.
    """
    canonical = name.strip().lower()
    names = snapshot().region_names()
    if canonical not in names:
        raise click.ClickException(f"unknown Region {name[:60]!r}; the Regions are: {', '.join(names)}")
    return canonical


complete_versions = completing(lambda: [version.version for version in reversed(kb.versions())])
complete_types = completing(lambda: snapshot().type_names)
complete_workloads = completing(kb.workloads)

#: Reads a day or data version, as the callback of an option or argument.
read_day = reading(_day)

type_argument = click.argument("instance_type", metavar="TYPE", shell_complete=complete_types)
workload_option = partial(
    click.option,
    "-w",
    "--workload",
    metavar="WORKLOAD",
    shell_complete=complete_workloads,
    callback=reading(lookup.known_workload),
)
region_option = partial(
    click.option,
    "--region",
    metavar="REGION",
    shell_complete=completing(lambda: snapshot().region_names()),
    callback=reading(known_region),
)
limit_option = partial(click.option, "--limit", metavar="N", type=click.IntRange(min=1))
database_option = click.option(
    "--database", metavar="FILE", type=FILE, help="Database to read (default: the one that `kb build` makes)."
)
data_option = partial(click.option, "--data", metavar="DIR", type=FILE)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing unless something fails.")


def require_checkout(what: str, *, extras: str, is_there: bool = False) -> None:
    """Stop where this kb is installed without a checkout, whose data a command changes.

    Args:
        what: What the command does, as the start of a sentence.
        extras: Extras of the installation that it needs.
        is_there: True where a folder with data was named.

    Raises:
        click.ClickException: there is no checkout and no other data.
    """
    if not is_there and paths.checkout() is None:
        raise click.ClickException(
            f"{what} a checkout, and this kb is installed without one; "
            f"clone the repository and install it with: pip install -e '.[{extras}]'"
        )
