"""What changed: between two data versions, or over the years for one instance type, with the words that tell it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import groupby, pairwise
from typing import TypeVar

from kb.library import words
from kb.library.lookup import history, verdict_history
from kb.library.model import Change, InstanceType, Outcome
from kb.library.record import Record
from kb.library.snapshot import Snapshot

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Kind(StrEnum):
    """Kinds of change, the most important first; the command line, the site and the refresh tell them in this order."""

    RULE = "rule"
    VOLUME_SIZE_RULE = "volume_size_rule"
    EVIDENCE = "evidence"
    VERDICT = "verdict"
    OFFER = "offer"
    TYPE_ADDED = "type_added"
    TYPE_REMOVED = "type_removed"
    FACT = "fact"
    FACTS_ADDED = "facts_added"
    LISTING = "listing"
    REGION = "region"
    SOURCE_ADDED = "source_added"


HEADINGS: dict[Kind, str] = {
    Kind.RULE: "API rules",
    Kind.VOLUME_SIZE_RULE: "Volume size rules",
    Kind.EVIDENCE: "Sentences the rules rest on",
    Kind.VERDICT: "Outcomes",
    Kind.OFFER: "Types offered for a workload, or no longer",
    Kind.TYPE_ADDED: "New types",
    Kind.TYPE_REMOVED: "Removed types",
    Kind.FACT: "Facts about types",
    Kind.FACTS_ADDED: "First facts about types",
    Kind.LISTING: "Types listed for a workload, or no longer",
    Kind.REGION: "Regions",
    Kind.SOURCE_ADDED: "Sources read for the first time",
}

#: Kinds that `compare` finds.
COMPARED = (Kind.RULE, Kind.VERDICT, Kind.OFFER, Kind.TYPE_ADDED, Kind.TYPE_REMOVED, Kind.FACT, Kind.REGION)
#: Kinds in the table `changes`, whose rows are dated: an offer shows there as a listing, and no type is ever removed.
RECORDED = tuple(kind for kind in Kind if kind not in (Kind.OFFER, Kind.TYPE_REMOVED))

#: Attributes that change without the type changing: they tell how a value is known.
_NOT_FACTS = frozenset(
    {
        "valid_from",
        "valid_to",
        "storage_basis",
        "storage_source",
        "storage_origin",
        "storage_observed_on",
        "storage_url",
    }
)
#: Attributes that say something about the type itself.
FACTS = tuple(name for name in InstanceType._fields[InstanceType._fields.index("status") :] if name not in _NOT_FACTS)
#: Facts that follow from `local_storage`; for people that one says it all.
_DISKS = frozenset({"has_instance_store", "instance_store_gb", "instance_store_disks"})

#: Both outcomes of a rule, as columns of the table `kms_rules`.
_RULE_OUTCOMES = ("outcome_without_local_storage", "outcome_with_local_storage")


class Event(Record):
    """One thing that changed about one type on one day.

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


def compare(data: Snapshot, old: date, new: date) -> tuple[Change, ...]:
    """Return the differences between two days: rules first, then type by type."""
    changes = list(_rules(data, old, new))
    # before the first list of a component was read, no Region can be said to be new
    firsts = {component: data.regions_since(component) for component in data.components()}
    components = [name for name, since in firsts.items() if since is not None and since <= min(old, new)]
    regions = data.regions(old), data.regions(new)
    for name in data.type_names:
        then, now = (next((span for span in data.spans(name) if span.valid_from <= day), None) for day in (old, new))
        if then is None and now is None:
            continue
        if then is not None and now is not None:
            changes += [_change(Kind.FACT, *found, name=name) for found in _facts(then, now)]
        elif now is not None:
            changes.append(_change(Kind.TYPE_ADDED, "instance_type", None, name, name=name))
        else:
            changes.append(_change(Kind.TYPE_REMOVED, "instance_type", name, None, name=name))
        for workload in data.workloads:
            before, after = data.outcome(name, workload, old), data.outcome(name, workload, new)
            if before != after:
                kind = Kind.OFFER if Outcome.NOT_OFFERED in (before, after) else Kind.VERDICT
                changes.append(_change(kind, "outcome", before, after, name=name, workload=workload))
        for component in components:
            was, is_now = (listed.get((name, component), frozenset()) for listed in regions)
            changes += [
                _change(Kind.REGION, f"{component}/{region}", *values, name=name)
                for values, found in (((None, "listed"), is_now - was), (("listed", None), was - is_now))
                for region in sorted(found)
            ]
    return tuple(changes)


def events_of(name: str, workloads: Iterable[str]) -> list[Event]:
    """Return what happened to a known type, oldest first, with the outcomes of some workloads."""
    spans = history(name)
    first = spans[0].first_seen
    events = [_event(first, "first_listed", "instance_type", None, name)]
    for before, after in pairwise(spans):
        events += [_event(after.valid_from, "fact", *found) for found in _facts(before, after)]
    for workload in workloads:
        previous = Outcome.NOT_OFFERED
        for verdict in verdict_history(name, workload):
            is_over = verdict.valid_to is not None and verdict.valid_to <= first
            if verdict.outcome is not previous and not is_over:
                day = max(verdict.valid_from, first)
                events.append(
                    _event(day, "outcome", "outcome", previous.value, verdict.outcome.value, workload=workload)
                )
                previous = verdict.outcome
    events.sort(key=lambda e: (e.changed_on, e.kind != "first_listed", e.kind == "outcome"))
    return events


def days(events: Iterable[Event]) -> Iterator[tuple[date, list[str]]]:
    """Tell events to people: each day with a line per change."""
    for day, group in groupby(events, key=lambda event: event.changed_on):
        of_kind = grouped(group, lambda event: event.kind)
        facts = of_kind.get("fact", [])
        hidden = _DISKS if any(fact.what == "local_storage" for fact in facts) else frozenset()
        lines = ["first listed"] * len(of_kind.get("first_listed", []))
        lines += [f"{fact.what}: {values(fact)}" for fact in facts if fact.what not in hidden]
        for said, mine in grouped(of_kind.get("outcome", []), outcomes).items():
            lines.append(f"{', '.join(event.workload or '' for event in mine)}: {said}")
        yield day, lines


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Gather what has the same key, in the order in which each key first came."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def values(change: Change | Event) -> str:
    """Tell the value before and the one after."""
    return f"{change.old or 'not known'} -> {change.new or 'not known'}"


def outcomes(change: Change | Event) -> str:
    """Tell the outcome before and the one after; a rule may have had none."""
    old, new = ("no rule" if value is None else words.outcome(value) for value in (change.old, change.new))
    return f"{old} -> {new}"


def _rules(data: Snapshot, old: date, new: date) -> Iterator[Change]:
    before, after = data.rule_outcomes(old), data.rule_outcomes(new)
    none = (None, None)
    for workload in data.workloads:
        pairs = zip(_RULE_OUTCOMES, before.get(workload, none), after.get(workload, none), strict=True)
        for what, was, is_now in pairs:
            if was != is_now:
                yield _change(Kind.RULE, what, was, is_now, workload=workload)


def _facts(before: InstanceType, after: InstanceType) -> Iterator[tuple[str, str | None, str | None]]:
    """Facts that differ, with both values as text."""
    for name in FACTS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, _text(old), _text(new)


def _text(value: object) -> str | None:
    return None if value is None else words.plain(value)


def _change(
    kind: Kind, what: str, old: str | None, new: str | None, *, name: str | None = None, workload: str | None = None
) -> Change:
    return Change(kind=kind.value, instance_type=name, workload=workload, what=what, old=old, new=new)


def _event(day: date, kind: str, what: str, old: str | None, new: str | None, *, workload: str | None = None) -> Event:
    return Event(changed_on=day, kind=kind, workload=workload, what=what, old=old, new=new)
