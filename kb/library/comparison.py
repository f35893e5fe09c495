"""What differs between two days, worked out from the snapshot's history."""

from __future__ import annotations

from kb.library.model import Change, InstanceType, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kb.library.snapshot import Snapshot

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


def compare(data: Snapshot, old: date, new: date) -> tuple[Change, ...]:
    """Return the differences: rules first, then type by type."""
    changes = list(_rules(data, old, new))
    regions_old, regions_new = data.regions(old), data.regions(new)
    components = [name for name in data.components() if _is_known(data, name, old) and _is_known(data, name, new)]
    for name in data.type_names:
        then, now = _at(data, name, old), _at(data, name, new)
        if then is None and now is None:
            continue
        changes += _facts(name, then, now)
        changes += _verdicts(data, name, old, new)
        for component in components:
            before, after = (
                regions_old.get((name, component), frozenset()),
                regions_new.get((name, component), frozenset()),
            )
            changes += [
                _change("region", name, f"{component}/{region}", None, "listed") for region in sorted(after - before)
            ]
            changes += [
                _change("region", name, f"{component}/{region}", "listed", None) for region in sorted(before - after)
            ]
    return tuple(changes)


def _is_known(data: Snapshot, component: str, day: date) -> bool:
    """Whether a Region list of the component had been read by then; before, nothing can be said to be new."""
    since = data.regions_since(component)
    return since is not None and since <= day


def _at(data: Snapshot, name: str, day: date) -> InstanceType | None:
    return next((span for span in data.spans(name) if span.valid_from <= day), None)


def _facts(name: str, then: InstanceType | None, now: InstanceType | None) -> Iterator[Change]:
    if then is None or now is None:
        kind, old, new = ("type_added", None, name) if then is None else ("type_removed", name, None)
        yield _change(kind, name, "instance_type", old, new)
        return
    for fact in FACTS:
        old_value, new_value = getattr(then, fact), getattr(now, fact)
        if old_value != new_value:
            yield _change("fact", name, fact, _shown(old_value), _shown(new_value))


def _verdicts(data: Snapshot, name: str, old: date, new: date) -> Iterator[Change]:
    for workload in data.workloads:
        before, after = data.outcome(name, workload, old), data.outcome(name, workload, new)
        if before != after:
            kind = "offer" if Outcome.NOT_OFFERED.value in (before, after) else "verdict"
            yield Change(kind=kind, instance_type=name, workload=workload, what="outcome", old=before, new=after)


def _rules(data: Snapshot, old: date, new: date) -> Iterator[Change]:
    before, after = data.rule_outcomes(old), data.rule_outcomes(new)
    for workload in data.workloads:
        pairs = zip(before.get(workload, (None, None)), after.get(workload, (None, None)), strict=True)
        for what, (was, is_now) in zip(
            ("outcome_without_local_storage", "outcome_with_local_storage"), pairs, strict=True
        ):
            if was != is_now:
                yield Change(kind="rule", instance_type=None, workload=workload, what=what, old=was, new=is_now)


def _change(kind: str, name: str, what: str, old: str | None, new: str | None) -> Change:
    return Change(kind=kind, instance_type=name, workload=None, what=what, old=old, new=new)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
