"""Sentences that changed and that nobody has compared with the rules: published, and shown."""

from __future__ import annotations

from datetime import date

import pytest

from kb.checks import GateError, Level, describe, require_all
from kb.checks.evidence_confirmed import CHECK
from tests.checks.gate import Gate

BEFORE, SINCE = date(2026, 1, 1), date(2026, 11, 1)


def sentence(gate: Gate, status: str, **cells: object) -> Gate:
    """A watched sentence, with the rules of two workloads, one of which is over."""
    row: dict[str, object] = {
        "sentence_id": "training-key",
        "place": "ResourceConfig",
        "url": "https://example.com/",
        "bears_on": "volume_kms",
    }
    row |= {"bears_on": "volume_kms", "workloads": "training, tuning", "status": status}
    if status != "never_read":
        row |= {"fingerprint": "bbbb", "seen_since": SINCE, "previous_fingerprint": "aaaa", "previous_since": BEFORE}
    gate.put("watched_sentences", **row | cells)
    gate.put("kms_rules", workload="training", rule_id="training-old", valid_to=SINCE)
    gate.put("kms_rules", workload="training", rule_id="training-new")
    gate.put("kms_rules", workload="tuning", rule_id="tuning-new")
    gate.put("kms_rules", workload="endpoint", rule_id="endpoint-new")
    gate.put("volume_size_rules", workload="training", rule_id="training-size")
    gate.put("contradictions", workload="training", contradiction_id="training-page")
    return gate


@pytest.mark.parametrize("status", ["never_read", "baseline", "confirmed"])
def test_nothing_to_review(status: str) -> None:
    with Gate(CHECK) as gate:
        assert sentence(gate, status).passes()


def test_a_changed_sentence() -> None:
    with Gate(CHECK) as gate:
        sentence(gate, "changed").refuses(
            "training-key",
            "review rule training-new, rule tuning-new: ",
            "ResourceConfig read aaaa from 2026-01-01 and reads bbbb since 2026-11-01",
            "https://example.com/",
            "kb rule confirm training-key",
        )


@pytest.mark.parametrize(
    ("status", "cells", "words"),
    [
        ("vanished", {"fingerprint": None}, "read aaaa from 2026-01-01 and is gone since 2026-11-01"),
        ("changed", {"previous_fingerprint": None}, "was not there from 2026-01-01 and reads bbbb since 2026-11-01"),
        ("changed", {"bears_on": "volume_size"}, "review rules of tuning, volume size rule training-size: "),
        ("changed", {"bears_on": "workload_facts"}, "review facts of training, facts of tuning: "),
        ("changed", {"bears_on": "contradiction", "workloads": "training"}, "review contradiction training-page: "),
        ("changed", {"bears_on": "contradiction", "workloads": "automl"}, "review rules of automl: "),
    ],
)
def test_says_what_to_review(status: str, cells: dict[str, object], words: str) -> None:
    with Gate(CHECK) as gate:
        sentence(gate, status, **cells)
        assert words in gate.found()["training-key"]


def test_it_stops_nothing() -> None:
    with Gate(CHECK) as gate:
        result = sentence(gate, "changed").run()
        assert CHECK.level is Level.REVIEW
        assert (result.passed, result.needs_review, result.blocks) == (False, True, False)
        require_all([result])
        assert describe(result).startswith("REVIEW evidence_confirmed: every sentence")
        assert "\n  training-key: review rule training-new" in describe(result)


def test_an_exception_that_is_not_needed_stops_publishing_all_the_same() -> None:
    with Gate(CHECK) as gate:
        result = (
            sentence(gate, "confirmed").put("check_exceptions", check_name=CHECK.name, subject="training-key").run()
        )
        assert (result.passed, result.needs_review, result.blocks) == (False, False, True)
        with pytest.raises(GateError, match="no longer needed"):
            require_all([result])
