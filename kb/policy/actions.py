"""Which IAM actions start a workload, and which condition keys each of them has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.library.lookup import snapshot


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


def actions_of(workloads: Iterable[str]) -> tuple[Action, ...]:
    """Return every action of these workloads, those without any condition key included, by workload and name."""
    wanted = frozenset(workloads)
    return tuple(
        Action(name, workload, has_key == "true", has_types == "true")
        for workload, name, has_key, has_types in snapshot().rows("actions")
        if workload in wanted
    )
