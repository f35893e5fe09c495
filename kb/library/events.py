"""What happened to one type, as dated events: when it was listed, and how its facts and outcomes changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from kb.library import words
from kb.library.comparison import FACTS
from kb.library.lookup import history, verdict_history
from kb.library.model import InstanceType, Outcome

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


def events_of(name: str, workloads: Iterable[str]) -> list[Event]:
    """Return what happened to a known type, oldest first, with the outcomes of some workloads."""
    spans = history(name)
    events = [*_facts(spans)]
    for each in workloads:
        events += _outcomes(name, each, spans[0].first_seen)
    events.sort(key=lambda e: (e.changed_on, e.kind != "first_listed", e.kind == "outcome"))
    return events


def days(events: Iterable[Event]) -> Iterator[tuple[date, list[str]]]:
    """Tell events to people: each day with a line per change."""
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
        yield day, lines


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
    for verdict in verdict_history(name, workload):
        if verdict.valid_to is not None and verdict.valid_to <= first_seen:
            continue
        if verdict.outcome is not previous:
            day = max(verdict.valid_from, first_seen)
            yield Event(day, "outcome", workload, "outcome", previous.value, verdict.outcome.value)
            previous = verdict.outcome


def _text(value: object) -> str | None:
    return None if value is None else words.plain(value)
