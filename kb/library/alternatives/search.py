"""Finds the nearest types that satisfy a need, and says what can be done where there are none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from kb.library.alternatives.advice import instead
from kb.library.alternatives.distance import Difference, difference, machine
from kb.library.lookup import find, lookup, snapshot, supports_volume_kms, volume_kms
from kb.library.model import Alternative, Alternatives, InstanceType, LeftOut, Outcome, Verdict

#: Every need, and what it asks of a type.
NEEDS = {
    "all_storage_under_key": "all storage under the key",
    "key_accepted": "takes a key, for its EBS volume at least",
    "local_storage": "has local storage",
}
STATUSES = ("listed", "retired", "price_list_only", "delisted")
ARCHITECTURES = ("same", "any", "x86_64", "arm64")

#: Why a type that satisfies the need is no alternative; the first that holds is told.
_REASONS = {
    "unknown_hardware": "not all of the hardware is known",
    "accelerator": "another kind of accelerator, or none",
    "distance": "less than half or more than four times as much of something",
    "status": "not in the SageMaker API, or no longer in EC2",
    "region": "not in the Region",
    "architecture": "another architecture",
}


def alternatives(
    instance_type: str,
    workload: str,
    *,
    region: str | None = None,
    need: str = "all_storage_under_key",
    architecture: str = "same",
    statuses: Iterable[str] = ("listed",),
    limit: int | None = 10,
) -> Alternatives:
    """Find the nearest types that satisfy a need, ranked by how much their hardware differs.

    The distance adds up what there is more or less of: twice as much of something counts 1 (four times as much 3, a
    tenth more 0.1), and half as much counts 2, twice what the way back would, since a job may not fit. Count and memory
    of the accelerators weigh 2 each; vCPUs, memory and clock 1 each. Another accelerator model adds 0.5, another maker
    of the processors 0.25, another architecture 1. The sum is rounded to hundredths; types of equal distance come by
    name. There are no prices in the data.

    An alternative always has the same kind of accelerator (GPUs of the same maker, AWS chips, or none), and between
    half and four times as much of everything but the clock. A type about which any of this is not known is left out.

    Args:
        instance_type: SageMaker name; case and surrounding space do not matter.
        workload: One of :func:`kb.workloads`, in which the alternatives are offered.
        region: Only types in this Region's list for `workload`; where no list speaks of it, in any list of the Region.
        need: ``all_storage_under_key``; ``key_accepted`` (``encrypts`` or ``ebs_only``); or ``local_storage``.
        architecture: ``same`` as that of the type, ``any``, ``x86_64`` or ``arm64``.
        statuses: Which types are wanted: ``listed``, ``retired``, ``price_list_only``, ``delisted``.
        limit: At most so many; None for all.

    Returns:
        The alternatives, nearest first, and where there are none what can be done instead.

    Raises:
        UnknownInstanceType, UnknownWorkload: no such type or workload.
        ValueError: no such need, architecture, status or Region, or a `limit` below 1.
    """
    wanted = frozenset(statuses)
    asked = {"need": ([need], NEEDS), "architecture": ([architecture], ARCHITECTURES), "statuses": (wanted, STATUSES)}
    for name, (values, allowed) in asked.items():
        for wrong in sorted(set(values) - set(allowed)):
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {wrong!r}")
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    own = lookup(instance_type)
    verdict = volume_kms(own.instance_type, workload)
    there = None if region is None else {each.instance_type for each in find(workload=workload, region=region)}
    found: list[Alternative] = []
    left_out: dict[str, list[str]] = {}
    nearly: dict[str, list[tuple[float, str]]] = {}
    mine = machine(own)
    for name in snapshot().type_names:
        kind, other = lookup(name), volume_kms(name, verdict.workload)
        if name == own.instance_type or not satisfies(kind, other, need):
            continue
        theirs = machine(kind)
        reasons, told = ["unknown_hardware"], None
        if mine and theirs:
            reasons = ["accelerator"]
            if theirs.accelerator_kind == mine.accelerator_kind:
                told = difference(mine, theirs)
                reasons = list(_reasons(own, kind, told, architecture=architecture, statuses=wanted, there=there))
        if reasons:
            left_out.setdefault(reasons[0], []).append(name)
        if told and not reasons:
            found.append(_alternative(own, kind, told, other))
        elif told and len(reasons) == 1:
            nearly.setdefault(reasons[0], []).append((told.distance, name))
    found.sort(key=lambda each: (each.distance, each.instance_type))
    nearest = {reason: [name for _, name in sorted(pairs)] for reason, pairs in nearly.items()}
    return Alternatives(
        instance_type=own.instance_type,
        workload=verdict.workload,
        region=None if region is None else region.strip().lower(),
        need=need,
        is_satisfied=satisfies(own, verdict, need),
        verdict=verdict,
        found=tuple(found[:limit]),
        total=len(found),
        left_out=tuple(
            LeftOut(reason=reason, explanation=words, instance_types=tuple(left_out[reason]))
            for reason, words in _REASONS.items()
            if reason in left_out
        ),
        instead=() if found else tuple(instead(own, verdict, need, nearest)),
    )


def satisfies(kind: InstanceType, verdict: Verdict, need: str) -> bool | None:
    """Whether a type satisfies a need in a workload; None where that is not known."""
    if verdict.outcome is Outcome.NOT_OFFERED:
        return False
    if need == "local_storage":
        return kind.has_instance_store
    if verdict.outcome is Outcome.UNKNOWN:
        return None
    if need == "key_accepted":
        return supports_volume_kms(kind.instance_type, verdict.workload)
    return verdict.all_storage_under_key


def _reasons(
    own: InstanceType,
    kind: InstanceType,
    told: Difference,
    *,
    architecture: str,
    statuses: Collection[str],
    there: Collection[str] | None,
) -> Iterator[str]:
    """Every reason against a type that can be compared."""
    if not told.is_near:
        yield "distance"
    if kind.status not in statuses:
        yield "status"
    if there is not None and kind.instance_type not in there:
        yield "region"
    wanted = (own.architectures or "").split() if architecture == "same" else [architecture]
    if architecture != "any" and set(wanted).isdisjoint((kind.architectures or "").split()):
        yield "architecture"


def _alternative(own: InstanceType, kind: InstanceType, told: Difference, verdict: Verdict) -> Alternative:
    better, worse = _disks(own, kind)
    return Alternative(
        instance_type=kind.instance_type,
        distance=told.distance,
        status=kind.status,
        better=(*told.better, *better),
        worse=(*told.worse, *worse),
        other=told.other,
        verdict=verdict,
    )


def _disks(own: InstanceType, other: InstanceType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is better and worse about the local disks; nothing where either is not known."""
    if own.local_storage is None or other.local_storage is None or own.local_storage == other.local_storage:
        return (), ()
    if other.local_storage == "none":
        return (), (f"no local storage instead of {own.local_storage}",)
    if own.local_storage == "none":
        return (f"local storage of {other.local_storage}",), ()
    words = f"local storage of {other.local_storage} instead of {own.local_storage}"
    more = (other.instance_store_gb or 0) >= (own.instance_store_gb or 0)
    return ((words,), ()) if more else ((), (words,))
