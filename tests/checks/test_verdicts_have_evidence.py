"""Verdicts without a rule, a storage observation, a listing or a reason behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kb.checks.verdicts_have_evidence import CHECK
from tests.checks.gate import Gate

DAY = date(2020, 1, 1)
RULE: dict[str, Any] = {
    "rule_id": "training-2019",
    "api_member": "ResourceConfig.VolumeKmsKeyId",
    "release": "1.13.20",
    "rule_since": date(2019, 11, 18),
    "url": "https://docs.aws.amazon.com/",
}
STORAGE: dict[str, Any] = {"storage_basis": "observed", "storage_origin": "moto 5", "storage_observed_on": DAY}
OFFER: dict[str, Any] = {"offering_origin": "TrainingInstanceType in botocore 1.13", "offered_since": date(2019, 1, 1)}
FULL = {"outcome": "rejected", "reason": "It has disks.", "basis": "documented"} | RULE | STORAGE | OFFER


def verdict(gate: Gate, row: dict[str, Any]) -> Gate:
    return gate.put("kms_verdicts_history", instance_type="ml.a.b", workload="training", valid_from=DAY, **row)


@pytest.mark.parametrize(
    "row",
    [
        FULL,
        FULL | {"outcome": "encrypts"},
        {"outcome": "not_offered", "reason": "Nobody lists it.", "basis": "observed"},
        {"outcome": "unknown", "reason": "No source says."},
        {"outcome": "no_key_parameter", "reason": "No such parameter."} | RULE | OFFER | {"api_member": None},
        FULL | {"basis": "inferred", "basis_note": "It runs as a processing job."},
        FULL | {"rule_since": DAY, "offered_since": DAY},
    ],
)
def test_good(row: dict[str, Any]) -> None:
    with Gate(CHECK) as gate:
        assert verdict(gate, row).passes()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "{type} has {storage}."}, "reason"),
        ({"rule_id": None}, "no rule"),
        ({"release": None}, "no rule"),
        ({"rule_since": None}, "no rule"),
        ({"url": None}, "no rule"),
        ({"api_member": None}, "no API member"),
        ({"storage_basis": None}, "no storage observation"),
        ({"storage_origin": None}, "no storage observation"),
        ({"storage_observed_on": None}, "no storage observation"),
        ({"offering_origin": None}, "no listing"),
        ({"offered_since": None}, "no listing"),
        ({"basis": "inferred"}, "without saying why"),
        ({"rule_since": date(2020, 1, 2)}, "the rule is younger"),
        ({"offered_since": date(2020, 1, 2)}, "the listing is younger"),
        ({"outcome": "no_key_parameter", "rule_id": None}, "no rule"),
    ],
)
@pytest.mark.parametrize("outcome", ["encrypts", "rejected", "not_applied", "ebs_only"])
def test_bad(outcome: str, cells: dict[str, Any], words: str) -> None:
    with Gate(CHECK) as gate:
        verdict(gate, FULL | {"outcome": outcome} | cells).refuses("ml.a.b training 2020-01-01", words)
