"""What can be done where no type satisfies the need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb.library.alternatives.distance import machine
from kb.library.lookup import regions, snapshot, volume_kms
from kb.library.model import InstanceType, Outcome, Verdict

_SHOWN = 5


def instead(own: InstanceType, verdict: Verdict, need: str, nearly: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what you can do instead, the most useful first.

    Args:
        own: The type asked about.
        verdict: What happens to a key on it.
        need: What was asked for.
        nearly: Types that only one reason keeps from being an alternative, by reason, nearest first.
    """
    if machine(own) is None:
        yield f"Not all hardware of {own.instance_type} is known, so it cannot be compared; choose a type yourself."
    if "region" in nearly:
        yield f"Other Regions have {_in_regions(nearly['region'], verdict.workload)}."
    if "architecture" in nearly:
        yield f"If your software also runs on another architecture, consider {_some(nearly['architecture'])}."
    if need != "local_storage":
        if verdict.outcome is Outcome.UNKNOWN:
            yield f"The evidence does not say what happens to a key in {verdict.workload}: {verdict.reason}"
        recommendation = snapshot().recommendation(verdict.workload)
        if recommendation and own.has_instance_store:
            yield recommendation
        yield from _elsewhere(own)
    if "distance" in nearly:
        yield f"Much smaller or larger types: {_some(nearly['distance'])}."
    if "status" in nearly:
        yield f"No longer in EC2, or not in the SageMaker API: {_some(nearly['status'])}."


def _elsewhere(own: InstanceType) -> Iterator[str]:
    """Workloads in which this very type takes a key."""
    effects = {
        Outcome.ENCRYPTS: "has all its storage under a key",
        Outcome.EBS_ONLY: "takes a key for its EBS volume, not for its NVMe disks,",
    }
    for outcome, effect in effects.items():
        places = [name for name in snapshot().workloads if volume_kms(own.instance_type, name).outcome is outcome]
        if places:
            yield f"{own.instance_type} itself {effect} in {', '.join(places)}."


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
