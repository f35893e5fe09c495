"""Kinds of arguments that several commands take, with their completion in the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import click
from click.shell_completion import CompletionItem

import kb
from kb.library.lookup import read_day as day_of
from kb.library.lookup import snapshot

#: A file that a command reads or writes; whether it is usable is for the command to say.
FILE = click.Path(dir_okay=True, path_type=Path)


def read_day(_ctx: click.Context, _param: click.Parameter, text: str | None) -> date | None:
    """Read a day, given as a date (2026-06-10) or a data version (2026.06.10); the callback of such options.

    Raises:
        click.BadParameter: it is neither, or lies before everything known.
    """
    if text is None:
        return None
    try:
        return day_of(text)
    except kb.UnknownVersion as error:
        raise click.BadParameter(f"{error}.") from error


def _items(names: Callable[[], Iterable[str]], incomplete: str) -> list[CompletionItem]:
    """Offer the names that go on from what was typed; nothing where the snapshot cannot be read."""
    try:
        return [CompletionItem(name) for name in names() if name.startswith(incomplete.lower())]
    except kb.KBError:
        return []


def complete_versions(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer data versions, newest first."""
    return _items(lambda: [version.version for version in reversed(kb.versions())], incomplete)


def complete_types(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer instance types."""
    return _items(lambda: snapshot().type_names, incomplete)


def complete_workloads(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer workloads."""
    return _items(kb.workloads, incomplete)


def complete_regions(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer Regions."""
    return _items(lambda: snapshot().region_names(), incomplete)


def type_argument(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument TYPE."""
    return click.argument("instance_type", metavar="TYPE", shell_complete=complete_types)(command)


def workload_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add ``--workload``."""
    return click.option("-w", "--workload", metavar="WORKLOAD", shell_complete=complete_workloads, help=text)


def region_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add ``--region``."""
    return click.option("--region", metavar="REGION", shell_complete=complete_regions, help=text)


def database_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--database``."""
    text = "Database to read, instead of the one that `kb build` makes by default."
    return click.option("--database", metavar="FILE", type=FILE, help=text)(command)


def known_workload(name: str | None) -> str | None:
    """Return the canonical name of a workload; None stays None.

    Raises:
        UnknownWorkload: there is none of that name.
    """
    if name is None:
        return None
    canonical = name.strip().lower()
    if canonical not in kb.workloads():
        raise kb.UnknownWorkload(name, kb.workloads())
    return canonical


def known_region(name: str | None) -> str | None:
    """Return the canonical name of a Region; None stays None.

    Raises:
        click.ClickException: no Region list names it.
    """
    if name is None:
        return None
    canonical = name.strip().lower()
    names = snapshot().region_names()
    if canonical not in names:
        raise click.ClickException(f"unknown Region {name[:60]!r}; the Regions are: {', '.join(names)}")
    return canonical
