"""``kb versions`` and ``kb diff``: what changed in the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import click

import kb
from kb.cli.options import complete_types, complete_versions, limit_option, read_day
from kb.cli.output import Form, form_options, paragraph, write
from kb.cli.table import Table, as_rows
from kb.library.changes import COMPARED, HEADINGS, Kind, grouped, outcomes, values
from kb.library.model import Change, Version
from kb.library.words import counted

#: Names that are written out; more are counted by family.
_NAMES_SHOWN = 6


@click.command(epilog="\b\nExample:\n  kb versions --limit 5")
@limit_option(help="Only the newest N versions.")
@form_options
def versions(limit: int | None, form: Form) -> None:
    """List the data versions, newest first, with what each changed."""
    found = list(reversed(kb.versions()))
    shown = found[:limit]
    headers = ("version", "changes", "summary")
    write(
        form,
        json=lambda: [version.as_dict() for version in shown],
        csv=lambda: as_rows(Version._fields, shown),
        people=lambda: Table(*as_rows(headers, shown)).text(),
        remark=f"{len(shown)} of {len(found)} versions",
    )


_DIFF_EPILOG = """OLD and NEW are data versions (`kb versions`) or dates. Changes reverted in between are not shown.

\b
Examples:
  kb diff 2025.07.01 2025.09.01
  kb diff 2026-06-01 2026-07-01 --kind verdict --csv
"""


@click.command(epilog=_DIFF_EPILOG)
@click.argument("old", callback=read_day, shell_complete=complete_versions)
@click.argument("new", callback=read_day, shell_complete=complete_versions)
@click.option(
    "--type", "instance_type", metavar="TYPE", shell_complete=complete_types, help="Only changes of this type."
)
@click.option("--kind", type=click.Choice([kind.value for kind in COMPARED]), help="Only changes of this kind.")
@form_options
def diff(old: date, new: date, instance_type: str | None, kind: str | None, form: Form) -> None:
    """Show what differs between two data versions: grouped in the text, change by change with --json or --csv."""
    name = kb.history(instance_type)[0].instance_type if instance_type is not None else None
    changes = [
        change for change in kb.diff(old, new) if name in (None, change.instance_type) and kind in (None, change.kind)
    ]
    write(
        form,
        json=lambda: [change.as_dict() for change in changes],
        csv=lambda: as_rows(Change._fields, changes),
        people=lambda: "\n\n".join(_sections(changes)),
        remark=f"{counted(len(changes), 'change')} from {old} to {new}",
    )


def _sections(changes: Sequence[Change]) -> Iterator[str]:
    of_kind = grouped(changes, lambda change: change.kind)
    return (_section(kind, of_kind[kind]) for kind in COMPARED if kind in of_kind)


def _section(kind: Kind, changes: Sequence[Change]) -> str:
    lines = [paragraph(line, "    ", "  ") for line in _LINES[kind](changes)]
    return "\n".join([f"{HEADINGS[kind]} ({len(changes)})", *lines])


def _names(changes: Iterable[Change]) -> str:
    """Write a few types out, count many by family."""
    names = list(dict.fromkeys(change.instance_type or "" for change in changes))
    if len(names) <= _NAMES_SHOWN:
        return ", ".join(names)
    families = grouped(names, lambda name: kb.lookup(name).family)
    return f"{len(names)} types: " + ", ".join(f"{family} ({len(mine)})" for family, mine in families.items())


def _types(changes: Sequence[Change]) -> Iterator[str]:
    yield _names(changes)


def _facts(changes: Sequence[Change]) -> Iterator[str]:
    """One line per fact and pair of values."""
    for (what, said), mine in grouped(changes, lambda change: (change.what, values(change))).items():
        yield f"{what}: {said}: {_names(mine)}"


def _outcomes(changes: Sequence[Change]) -> Iterator[str]:
    """One line per pair of outcomes and set of types, with the workloads in which it is so."""
    groups = grouped(changes, lambda change: (change.workload or "", outcomes(change))).items()
    same = grouped(groups, lambda group: (group[0][1], tuple(change.instance_type for change in group[1])))
    for (said, _), alike in same.items():
        yield f"{', '.join(workload for (workload, _), _ in alike)}: {said}: {_names(alike[0][1])}"


def _rules(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        yield f"{change.workload}, {change.what.removeprefix('outcome_').replace('_', ' ')}: {outcomes(change)}"


def _regions(changes: Sequence[Change]) -> Iterator[str]:
    """One line per component and direction."""
    groups = grouped(changes, lambda change: (change.what.partition("/")[0], change.new or f"no longer {change.old}"))
    for (component, direction), mine in groups.items():
        places = list(dict.fromkeys(change.what.partition("/")[2] for change in mine))
        where = ", ".join(places) if len(places) <= _NAMES_SHOWN else f"{len(places)} Regions"
        yield f"{component}, {direction} in {where}: {_names(mine)}"


_LINES = {
    Kind.RULE: _rules,
    Kind.VERDICT: _outcomes,
    Kind.OFFER: _outcomes,
    Kind.TYPE_ADDED: _types,
    Kind.TYPE_REMOVED: _types,
    Kind.FACT: _facts,
    Kind.REGION: _regions,
}
