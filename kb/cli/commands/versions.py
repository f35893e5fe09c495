"""``kb versions`` and ``kb diff``: what changed in the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import click

import kb
from kb.cli.options import complete_types, complete_versions, limit_option, read_day
from kb.cli.output import Form, form_options, paragraph, write
from kb.cli.table import Table, as_rows
from kb.library import words
from kb.library.model import Change, Version

#: Kinds of change, as headings for people, in their order.
_KINDS: dict[str, str] = {
    "rule": "Rules of the API",
    "type_added": "Types added",
    "type_removed": "Types gone",
    "fact": "Facts about types",
    "verdict": "Outcomes",
    "offer": "Offers (first listed for a workload, or no longer)",
    "region": "Region lists",
}

#: So many names are written out; above that, families are counted.
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
@click.option("--kind", type=click.Choice(list(_KINDS)), help="Only changes of this kind.")
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
        remark=f"{len(changes)} change{'' if len(changes) == 1 else 's'} from {old} to {new}",
    )


def _sections(changes: Sequence[Change]) -> Iterator[str]:
    for kind, heading in _KINDS.items():
        mine = [change for change in changes if change.kind == kind]
        if mine:
            lines = [paragraph(line, "    ", "  ") for line in _LINES[kind](mine)]
            yield "\n".join([f"{heading} ({len(mine)})", *lines])


def _names(names: Sequence[str]) -> str:
    """Write a few types out, count many by family."""
    if len(names) <= _NAMES_SHOWN:
        return ", ".join(names)
    families: dict[str, int] = {}
    for name in names:
        family = kb.lookup(name).family
        families[family] = families.get(family, 0) + 1
    return f"{len(names)} types: " + ", ".join(f"{family} ({count})" for family, count in families.items())


def _types(changes: Sequence[Change]) -> Iterator[str]:
    yield _names([change.instance_type or "" for change in changes])


def _facts(changes: Sequence[Change]) -> Iterator[str]:
    """One line per fact and pair of values."""
    groups: dict[tuple[str, str | None, str | None], list[str]] = {}
    for change in changes:
        groups.setdefault((change.what, change.old, change.new), []).append(change.instance_type or "")
    for (what, old, new), names in groups.items():
        yield f"{what}: {_value(old)} -> {_value(new)}: {_names(names)}"


def _outcomes(changes: Sequence[Change]) -> Iterator[str]:
    """One line per pair of outcomes and set of types, with the workloads in which it is so."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for change in changes:
        groups.setdefault((change.workload or "", change.old or "", change.new or ""), []).append(
            change.instance_type or ""
        )
    merged: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (workload, old, new), names in groups.items():
        merged.setdefault((old, new, tuple(names)), []).append(workload)
    for (old, new, same_names), workloads in merged.items():
        yield f"{', '.join(workloads)}: {words.outcome(old)} -> {words.outcome(new)}: {_names(same_names)}"


def _rules(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        what = change.what.removeprefix("outcome_").replace("_", " ")
        yield f"{change.workload}, {what}: {_outcome(change.old)} -> {_outcome(change.new)}"


def _regions(changes: Sequence[Change]) -> Iterator[str]:
    """One line per component and direction."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        component = change.what.partition("/")[0]
        groups.setdefault((component, "listed" if change.new else "no longer listed"), []).append(change)
    for (component, direction), mine in groups.items():
        names = list(dict.fromkeys(change.instance_type or "" for change in mine))
        places = list(dict.fromkeys(change.what.partition("/")[2] for change in mine))
        where = ", ".join(places) if len(places) <= _NAMES_SHOWN else f"{len(places)} Regions"
        yield f"{component}, {direction} in {where}: {_names(names)}"


def _outcome(value: str | None) -> str:
    return "no rule" if value is None else words.outcome(value)


def _value(value: str | None) -> str:
    return "not known" if value is None else value


_LINES = {
    "rule": _rules,
    "type_added": _types,
    "type_removed": _types,
    "fact": _facts,
    "verdict": _outcomes,
    "offer": _outcomes,
    "region": _regions,
}
