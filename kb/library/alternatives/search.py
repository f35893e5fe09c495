"""Finds the nearest types that meet a need, such as all storage under the key, and says why others are left out."""

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

#: Why a type that meets the need is left out; only the first that applies is given.
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
    """Find the nearest types that meet a need, ranked by how much their hardware differs.

    How the distance is calculated: twice as much of something adds 1, four times as much 3, a tenth more 0.1. Less
    counts double, since a job may no longer fit: half as much adds 2. The number and memory of accelerators have weight
    2; vCPUs, memory and clock have weight 1. Another accelerator model adds 0.5, another processor manufacturer 0.25,
    another architecture 1. The sum is rounded to hundredths, and ties are sorted by name. The data has no prices.

    An alternative has the same kind of accelerator (GPUs of the same manufacturer, AWS chips, or none), and between
    half and four times as much of everything but the clock. A type with any of these facts unknown is left out.

    Args:
        instance_type: SageMaker name, such as ``ml.g5.xlarge``. Case and surrounding space are ignored.
        workload: One of :func:`kb.workloads`. It must offer the alternatives.
        region: Region whose price list must have the type for `workload`; if there is no Region data for the workload,
            for any workload. The default is any Region.
        need: ``all_storage_under_key``; ``key_accepted`` (``encrypts`` or ``ebs_only``); or ``local_storage``.
        architecture: ``same`` as that of the type, ``any``, ``x86_64`` or ``arm64``.
        statuses: Statuses to include: ``listed``, ``retired``, ``price_list_only``, ``delisted``.
        limit: Maximum number of alternatives; None for all.

    Returns:
        The alternatives, nearest first; if there are none, what you can do instead.

    Raises:
        UnknownInstanceType, UnknownWorkload: there is no such type or workload.
        ValueError: there is no such need, architecture, status or Region, or `limit` is below 1.
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
        told = (
            difference(mine, theirs) if mine and theirs and mine.accelerator_kind == theirs.accelerator_kind else None
        )
        reasons = ["accelerator" if mine and theirs else "unknown_hardware"]
        if told:
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
    """Return whether a type meets a need in a workload; None if that is not known."""
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
    """What is better and worse about the local disks; nothing if either is not known."""
    if own.local_storage is None or other.local_storage is None or own.local_storage == other.local_storage:
        return (), ()
    if other.local_storage == "none":
        return (), (f"no local storage instead of {own.local_storage}",)
    if own.local_storage == "none":
        return (f"local storage of {other.local_storage}",), ()
    words = f"local storage of {other.local_storage} instead of {own.local_storage}"
    more = (other.instance_store_gb or 0) >= (own.instance_store_gb or 0)
    return ((words,), ()) if more else ((), (words,))
