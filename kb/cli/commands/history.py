"""``kb history``: what happened to one type, as dated events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass
from datetime import date
from itertools import groupby, pairwise

import click

import kb
from kb.cli import words
from kb.cli.options import known_workload, type_argument, workload_option
from kb.cli.output import Form, echo_csv, echo_json, fields, form_options, plain
from kb.comparison import FACTS
from kb.lookup import snapshot
from kb.model import InstanceType, Outcome

#: Facts that follow from `local_storage`; for people that one says it all.
_DISKS = frozenset({"has_instance_store", "instance_store_gb", "instance_store_disks"})


@dataclass(frozen=True)
class Event:
    """One thing that changed on one day.

    Attributes:
        changed_on: The day.
        kind: ``first_listed``, ``fact`` or ``outcome``.
        workload: Workload whose outcome changed; None for others.
        what: Attribute of the type, or ``outcome``.
        old: Value before, as text; None where there was none.
        new: Value after.
    """

    changed_on: date
    kind: str
    workload: str | None
    what: str
    old: str | None
    new: str | None


@click.command(
    short_help="What changed about one type, by date.",
    epilog="\b\nExamples:\n  kb history ml.trn2.48xlarge\n  kb history ml.g5.xlarge --workload endpoint --json",
)
@type_argument
@workload_option("Outcomes in this workload only.")
@form_options
def history(instance_type: str, workload: str | None, form: Form) -> None:
    """Show what happened to a type: when it was first listed, and how facts and outcomes changed."""
    chosen = known_workload(workload)
    spans = kb.history(instance_type)
    name = spans[0].instance_type
    events = [*_facts(spans)]
    for each in kb.workloads() if chosen is None else (chosen,):
        events += _outcomes(name, each, spans[0].first_seen)
    events.sort(key=lambda e: (e.changed_on, e.kind != "first_listed", e.kind == "outcome"))
    if form is Form.JSON:
        shown = [asdict(event) | {"changed_on": event.changed_on.isoformat()} for event in events]
        echo_json({"instance_type": name, "data_version": snapshot().data_version, "events": shown})
    elif form is Form.CSV:
        echo_csv(tuple(Event.__dataclass_fields__), (astuple(event) for event in events))
    else:
        click.echo(f"{name}\n" + fields(_days(events), indent="") + f"\n\nData version {snapshot().data_version}.")


def _facts(spans: tuple[InstanceType, ...]) -> Iterator[Event]:
    first = spans[0]
    yield Event(first.first_seen, "first_listed", None, "instance_type", None, first.instance_type)
    for before, after in pairwise(spans):
        for name in FACTS:
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                yield Event(after.valid_from, "fact", None, name, _text(old), _text(new))


def _outcomes(name: str, workload: str, first_seen: date) -> Iterator[Event]:
    """Changes of the outcome from the day on which the type was first listed."""
    previous = Outcome.NOT_OFFERED
    for verdict in kb.verdict_history(name, workload):
        if verdict.valid_to is not None and verdict.valid_to <= first_seen:
            continue
        if verdict.outcome is not previous:
            day = max(verdict.valid_from, first_seen)
            yield Event(day, "outcome", workload, "outcome", previous.value, verdict.outcome.value)
            previous = verdict.outcome


def _text(value: object) -> str | None:
    return None if value is None else plain(value)


def _days(events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """A label and a text per day."""
    for day, group in groupby(events, key=lambda event: event.changed_on):
        today = list(group)
        changed = {event.what for event in today if event.kind == "fact"}
        lines = ["first listed"] if any(event.kind == "first_listed" for event in today) else []
        for event in today:
            if event.kind == "fact" and not (event.what in _DISKS and "local_storage" in changed):
                lines.append(f"{event.what}: {event.old or 'not known'} -> {event.new or 'not known'}")
        changes: dict[tuple[str, str], list[str]] = {}
        for event in today:
            if event.workload is not None and event.old is not None and event.new is not None:
                changes.setdefault((event.old, event.new), []).append(event.workload)
        for (old, new), workloads in changes.items():
            lines.append(f"{', '.join(workloads)}: {words.outcome(old)} -> {words.outcome(new)}")
        yield str(day), "\n".join(lines)
