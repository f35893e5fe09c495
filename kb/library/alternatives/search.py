"""Finds the nearest types that satisfy a need, and says what can be done where there are none."""

from __future__ import annotations

from kb.library.alternatives.advice import instead
from kb.library.alternatives.distance import Difference, difference, machine
from kb.library.lookup import find, lookup, snapshot, supports_volume_kms, volume_kms
from kb.library.model import Alternative, Alternatives, InstanceType, LeftOut, Outcome, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    _require("need", need, NEEDS)
    _require("architecture", architecture, ARCHITECTURES)
    wanted = frozenset(statuses)
    for status in sorted(wanted):
        _require("statuses", status, STATUSES)
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    own = lookup(instance_type)
    verdict = volume_kms(own.instance_type, workload)
    there = None if region is None else {each.instance_type for each in find(workload=workload, region=region)}
    search = _Search(own, verdict, need, architecture=architecture, statuses=wanted, there=there)
    return Alternatives(
        instance_type=own.instance_type,
        workload=verdict.workload,
        region=None if region is None else region.strip().lower(),
        need=need,
        is_satisfied=satisfies(own, verdict, need),
        verdict=verdict,
        found=tuple(search.found[:limit]),
        total=len(search.found),
        left_out=search.left_out(),
        instead=() if search.found else instead(own, verdict, need, search.nearly),
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


class _Search:
    """The types that satisfy the need, sorted into alternatives and those left out.

    Attributes:
        found: The alternatives, nearest first.
        nearly: Names of types that one reason alone keeps from being an alternative, by reason, nearest first.
    """

    def __init__(
        self,
        own: InstanceType,
        verdict: Verdict,
        need: str,
        *,
        architecture: str,
        statuses: frozenset[str],
        there: set[str] | None,
    ) -> None:
        self._own, self._machine = own, machine(own)
        self._architecture, self._statuses, self._there = architecture, statuses, there
        self._kept_out: dict[str, list[str]] = {}
        nearly: dict[str, list[tuple[float, str]]] = {}
        self.found: list[Alternative] = []
        for name in snapshot().type_names:
            kind, other = lookup(name), volume_kms(name, verdict.workload)
            if name == own.instance_type or not satisfies(kind, other, need):
                continue
            told = self._compared(kind)
            reasons = [told] if isinstance(told, str) else list(self._reasons(kind, told))
            if reasons:
                self._kept_out.setdefault(reasons[0], []).append(name)
            if isinstance(told, Difference) and len(reasons) == 1:
                nearly.setdefault(reasons[0], []).append((told.distance, name))
            elif isinstance(told, Difference) and not reasons:
                self.found.append(_alternative(own, kind, told, other))
        self.found.sort(key=lambda each: (each.distance, each.instance_type))
        self.nearly = {reason: [name for _, name in sorted(pairs)] for reason, pairs in nearly.items()}

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the types left out, by reason."""
        return tuple(
            LeftOut(reason=reason, explanation=words, instance_types=tuple(self._kept_out[reason]))
            for reason, words in _REASONS.items()
            if reason in self._kept_out
        )

    def _compared(self, kind: InstanceType) -> Difference | str:
        """The difference to the type asked about, or the reason why there is none."""
        other = machine(kind)
        if self._machine is None or other is None:
            return "unknown_hardware"
        if other.accelerator_kind != self._machine.accelerator_kind:
            return "accelerator"
        return difference(self._machine, other)

    def _reasons(self, kind: InstanceType, told: Difference) -> Iterator[str]:
        """Every reason against a type that can be compared."""
        if not told.is_near:
            yield "distance"
        if kind.status not in self._statuses:
            yield "status"
        if self._there is not None and kind.instance_type not in self._there:
            yield "region"
        if not _architecture_suits(self._own, kind, self._architecture):
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


def _architecture_suits(own: InstanceType, other: InstanceType, architecture: str) -> bool:
    if architecture == "any":
        return True
    wanted = (own.architectures or "").split() if architecture == "same" else [architecture]
    return not set(wanted).isdisjoint((other.architectures or "").split())


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


def _require(name: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
