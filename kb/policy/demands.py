"""Which IAM actions start a workload, and what a policy requires of each: types that need a key, and types allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import kb
from kb.library.changes import grouped
from kb.library.lookup import snapshot
from kb.library.model import Outcome

#: Outcomes for which a key cannot be used: rejected, or accepted without encrypting the data.
UNUSABLE = frozenset({Outcome.REJECTED, Outcome.NOT_APPLIED})

#: Workloads whose requests may point to a definition, with key and types, that was created by another request.
#: Where they hold a cluster themselves, the API demands its type, so a request that names no type has no volume.
#: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringScheduleConfig.html
DEFINED_ELSEWHERE = frozenset({"monitoring"})


@dataclass(frozen=True)
class Action:
    """One IAM action of SageMaker.

    Attributes:
        name: Name without the service prefix, such as ``CreateTrainingJob``.
        workload: The workload it starts or changes.
        has_volume_key: Its requests can be judged by their volume key.
        has_instance_types: Its requests can be judged by the instance types they name.
    """

    name: str
    workload: str
    has_volume_key: bool
    has_instance_types: bool


@dataclass(frozen=True)
class Demand:
    """What the policy requires of one action.

    Attributes:
        action: The action. It has at least one of the two condition keys.
        exempt: Types that need no key; a request that names any other type needs one.
        is_key_needed_without_types: Whether a request that names no type needs one.
        allowed: The only types that may be named; None where any may.
    """

    action: Action
    exempt: frozenset[str]
    is_key_needed_without_types: bool
    allowed: frozenset[str] | None


def actions_of(workloads: Iterable[str]) -> tuple[Action, ...]:
    """Return every action of these workloads, those without any condition key included, by workload and name."""
    wanted = frozenset(workloads)
    return tuple(
        Action(name, workload, has_key == "true", has_types == "true")
        for workload, name, has_key, has_types in snapshot().rows("actions")
        if workload in wanted
    )


def demand_of(action: Action, *, deny_local_storage: bool) -> Demand | None:
    """Return what a policy can require of an action; None if the action has no condition key for it.

    A type is exempt only if the evidence says that it cannot use a key. A type with an unknown verdict, or one that is
    not offered for the workload, is not exempt.
    """
    if not action.has_volume_key and not (deny_local_storage and action.has_instance_types):
        return None
    is_limited = action.has_instance_types and deny_local_storage
    has_exemptions = action.has_instance_types and not deny_local_storage
    return Demand(
        action,
        exempt=_types(action.workload, UNUSABLE) if has_exemptions else frozenset(),
        is_key_needed_without_types=action.workload not in DEFINED_ELSEWHERE,
        allowed=_types(action.workload, (Outcome.ENCRYPTS,)) if is_limited else None,
    )


def _types(workload: str, outcomes: Iterable[Outcome]) -> frozenset[str]:
    return frozenset(name for name in snapshot().type_names if kb.volume_kms(name, workload).outcome in outcomes)


def families() -> dict[str, frozenset[str]]:
    """Return every type that any source ever listed, by family."""
    by_family = grouped(snapshot().type_names, lambda name: kb.lookup(name).family)
    return {family: frozenset(types) for family, types in by_family.items()}


def fold(types: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Write types as patterns: ``ml.g5.*`` if all known sizes of a family are among them, else the name.

    Returns:
        The types that each pattern stands for, by pattern, in order of name.
    """
    found = {}
    for family, sizes in families().items():
        pattern = f"ml.{family}.*"
        if len(sizes) > 1 and sizes <= types and all(name.startswith(pattern[:-1]) for name in sizes):
            found[pattern] = tuple(sorted(sizes))
        else:
            found |= {name: (name,) for name in sizes & types}
    return dict(sorted(found.items()))
