"""What can be done where no type satisfies the need."""

from __future__ import annotations

from kb.library.alternatives.distance import machine
from kb.library.lookup import regions, snapshot, volume_kms
from kb.library.model import InstanceType, Outcome, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SHOWN = 5


def instead(own: InstanceType, verdict: Verdict, need: str, nearly: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Say what can be done instead, the most useful first.

    Args:
        own: The type asked about.
        verdict: What becomes of a key on it.
        need: What was asked for.
        nearly: Types that one reason alone keeps from being an alternative, by reason, nearest first.
    """
    return tuple(_advice(own, verdict, need, nearly))


def _advice(own: InstanceType, verdict: Verdict, need: str, nearly: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if machine(own) is None:
        yield f"Not all hardware of {own.instance_type} is known, so nothing can be compared with it; choose by hand."
    if "region" in nearly:
        yield f"Other Regions have {_in_regions(nearly['region'], verdict.workload)}."
    if "architecture" in nearly:
        yield f"Where your software runs on another architecture too, there is {_some(nearly['architecture'])}."
    if need != "local_storage":
        if verdict.outcome is Outcome.UNKNOWN:
            yield f"The evidence does not say what becomes of a key in {verdict.workload}: {verdict.reason}"
        recommendation = snapshot().recommendation(verdict.workload)
        if recommendation and own.has_instance_store:
            yield recommendation
        yield from _elsewhere(own)
    if "distance" in nearly:
        yield f"Far smaller or greater are {_some(nearly['distance'])}."
    if "status" in nearly:
        yield f"No longer in EC2, or not in the SageMaker API: {_some(nearly['status'])}."


def _elsewhere(own: InstanceType) -> Iterator[str]:
    """Workloads in which this very type takes a key."""
    by_outcome: dict[Outcome, list[str]] = {}
    for workload in snapshot().workloads:
        by_outcome.setdefault(volume_kms(own.instance_type, workload).outcome, []).append(workload)
    if Outcome.ENCRYPTS in by_outcome:
        places = ", ".join(by_outcome[Outcome.ENCRYPTS])
        yield f"{own.instance_type} itself has all its storage under a key in {places}."
    if Outcome.EBS_ONLY in by_outcome:
        places = ", ".join(by_outcome[Outcome.EBS_ONLY])
        yield f"{own.instance_type} itself takes a key for its EBS volume, not for its NVMe disks, in {places}."


def _in_regions(names: Sequence[str], workload: str) -> str:
    parts = []
    for name in names[:_SHOWN]:
        listed = sorted(regions(name, workload) or ())
        parts.append(f"{name} ({_some(listed)})" if listed else name)
    return ", ".join(parts) + _rest(names)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + _rest(names)


def _rest(names: Sequence[str]) -> str:
    return f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
