"""Words outside the enum, and flags that say something else than the outcome."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kb.checks.outcomes_known import CHECK
from kb.library.model import Outcome
from tests.checks.gate import Gate

DAY = date(2020, 1, 1)
GOOD: dict[str, dict[str, Any]] = {
    "encrypts": {"all_storage_under_key": True, "supports_volume_kms": True, "basis": "documented"},
    "ebs_only": {"all_storage_under_key": False, "supports_volume_kms": True, "basis": "documented"},
    "rejected": {"all_storage_under_key": False, "supports_volume_kms": False, "basis": "inferred"},
    "not_applied": {"all_storage_under_key": False, "supports_volume_kms": False, "basis": "documented"},
    "no_key_parameter": {"all_storage_under_key": False, "supports_volume_kms": False, "basis": "documented"},
    "not_offered": {"all_storage_under_key": False, "supports_volume_kms": False, "basis": "observed"},
    "unknown": {"all_storage_under_key": False, "supports_volume_kms": None, "basis": None},
}


def verdict(gate: Gate, outcome: str, **cells: object) -> Gate:
    row = GOOD.get(outcome, GOOD["rejected"]) | cells
    name = {"instance_type": "ml.a.b", "workload": "training", "valid_from": DAY}
    return gate.put("kms_verdicts_history", **name, outcome=outcome, **row)


def test_every_outcome_of_the_library_is_tried() -> None:
    assert set(GOOD) == {outcome.value for outcome in Outcome}


@pytest.mark.parametrize("outcome", GOOD)
def test_good(outcome: str) -> None:
    with Gate(CHECK) as gate:
        assert verdict(gate, outcome).passes()


@pytest.mark.parametrize("outcome", ["inherit", "Encrypts", "", "accepted"])
def test_unknown_outcome(outcome: str) -> None:
    with Gate(CHECK) as gate:
        verdict(gate, outcome).refuses("ml.a.b training 2020-01-01", f"outcome {outcome}")


@pytest.mark.parametrize(
    ("outcome", "cells"),
    [
        ("rejected", {"basis": "guessed"}),
        ("rejected", {"basis": None}),
        ("unknown", {"basis": "documented"}),
        ("rejected", {"all_storage_under_key": True}),
        ("ebs_only", {"all_storage_under_key": True}),
        ("encrypts", {"all_storage_under_key": False}),
        ("rejected", {"supports_volume_kms": True}),
        ("rejected", {"supports_volume_kms": None}),
        ("ebs_only", {"supports_volume_kms": False}),
        ("unknown", {"supports_volume_kms": False}),
    ],
)
def test_bad_flag_or_basis(outcome: str, cells: dict[str, object]) -> None:
    with Gate(CHECK) as gate:
        verdict(gate, outcome, **cells).refuses("ml.a.b training 2020-01-01")


@pytest.mark.parametrize(
    ("begin", "end", "is_good"),
    [
        (date(2019, 1, 1), None, False),
        (date(2019, 1, 1), DAY, True),
        (DAY, None, False),
        (date(2021, 1, 1), None, True),
    ],
)
def test_everything_under_the_key_beside_local_storage(begin: date, end: date | None, is_good: bool) -> None:
    with Gate(CHECK) as gate:
        verdict(gate, "encrypts")
        span = {"valid_from": begin, "valid_to": end}
        gate.put("instance_types_history", instance_type="ml.a.b", has_instance_store=True, **span)
        gate.put("instance_types_history", instance_type="ml.other.b", has_instance_store=True, valid_from=DAY)
        assert gate.passes() == is_good
        if not is_good:
            gate.refuses("ml.a.b training 2020-01-01", "local storage")


@pytest.mark.parametrize(
    ("without", "nitro", "with_storage", "is_good"),
    [
        ("encrypts", None, "rejected", True),
        ("encrypts", "rejected", "rejected", True),
        ("no_key_parameter", None, "no_key_parameter", True),
        ("unknown", None, "unknown", True),
        ("encrypts", None, "encrypts", False),
        ("inherit", None, "inherit", False),
        ("ebs_only", None, "ebs_only", False),
        ("encrypts", "not_applied", "rejected", False),
    ],
)
def test_rule_outcomes(without: str, nitro: str | None, with_storage: str, is_good: bool) -> None:
    with Gate(CHECK) as gate:
        gate.put(
            "kms_rules",
            workload="training",
            valid_from=DAY,
            outcome_without_local_storage=without,
            outcome_without_local_storage_nitro=nitro,
            outcome_with_local_storage=with_storage,
        )
        assert gate.passes() == is_good
        if not is_good:
            gate.refuses("training 2020-01-01", "rule outcomes")
