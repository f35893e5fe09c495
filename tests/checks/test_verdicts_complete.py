"""A type, workload or day without an answer."""

from __future__ import annotations

from datetime import date

from kb.checks.verdicts_complete import CHECK
from tests.checks.gate import Gate

LAUNCH = date(2017, 11, 29)
FORGET = "DELETE FROM kms_verdicts_history WHERE instance_type = 'ml.a.b' AND workload = 'training'"


def complete() -> Gate:
    """Two types in two workloads, answered."""
    gate = Gate(CHECK)
    for workload in ("training", "endpoint"):
        gate.put("workloads", workload=workload, introduced_on=date(2018, 1, 1))
        gate.put("kms_rules", workload=workload, valid_from=date(2018, 1, 1))
        for name in ("ml.a.b", "ml.c.d"):
            gate.put("kms_verdicts", instance_type=name, workload=workload, valid_from=date(2018, 1, 1))
            gate.put("kms_verdicts_history", instance_type=name, workload=workload, valid_from=LAUNCH)
            gate.put("kms_verdicts_history", instance_type=name, workload=workload, valid_from=date(2018, 1, 1))
    for name in ("ml.a.b", "ml.c.d"):
        gate.put("instance_types", instance_type=name)
    return gate


def test_complete() -> None:
    with complete() as gate:
        assert gate.passes()


def test_no_current_verdict() -> None:
    with complete() as gate:
        gate.connection.execute("DELETE FROM kms_verdicts WHERE instance_type = 'ml.c.d' AND workload = 'endpoint'")
        gate.refuses("ml.c.d endpoint", "no current verdict")


def test_history_begins_late() -> None:
    with complete() as gate:
        gate.connection.execute(f"{FORGET} AND valid_from = ?", [LAUNCH])
        gate.refuses("ml.a.b training", "history begins on 2018-01-01")


def test_no_history_at_all() -> None:
    with complete() as gate:
        gate.connection.execute(FORGET)
        gate.refuses("ml.a.b training", "no history")


def test_no_rule_when_the_workload_began() -> None:
    with complete() as gate:
        gate.connection.execute("UPDATE kms_rules SET valid_from = DATE '2018-01-02' WHERE workload = 'training'")
        gate.refuses("training", "2018-01-01")
