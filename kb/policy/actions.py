"""Which IAM actions start a workload, and which condition keys each of them has."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb.dataset.paths import data_dir
from kb.errors import InputError

_BOOLEANS = {"true": True, "false": False}


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
    """Return every action of these workloads, those without any condition key included, by workload and name.

    Raises:
        InputError: a curated table is missing or not as it must be.
    """
    wanted = frozenset(workloads)
    folder = data_dir() / "curated"
    found = {
        (row["workload"], name.strip()): Action(name.strip(), row["workload"], False, False)
        for row in _rows(folder / "workloads.csv", ("workload", "operations"))
        for name in row["operations"].split(",")
    }
    path = folder / "iam_condition_keys.csv"
    for number, row in enumerate(
        _rows(path, ("action", "workload", "has_volume_kms_key", "has_instance_types")), start=2
    ):
        try:
            has_key, has_types = _BOOLEANS[row["has_volume_kms_key"]], _BOOLEANS[row["has_instance_types"]]
        except KeyError as error:
            raise InputError(path, number, f"{error} is neither true nor false") from error
        found[row["workload"], row["action"]] = Action(row["action"], row["workload"], has_key, has_types)
    return tuple(action for (workload, _), action in sorted(found.items()) if workload in wanted)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(path, 0, f"cannot be read ({error.strerror}); install the package again") from error
    if not rows or not set(columns) <= set(rows[0]):
        raise InputError(path, 1, f"the columns {', '.join(columns)} are missing")
    return rows
