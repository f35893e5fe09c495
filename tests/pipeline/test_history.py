"""Properties of the derived history, against the plain reference in `reference.py`."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.effort import examples
from tests.pipeline.asking import Record, derived, on_day, records
from tests.pipeline.mini import LAUNCH, MiniData
from tests.pipeline.reference import Reference, days_of_interest
from tests.pipeline.worlds import SHAPES, WORKLOADS, worlds

FOLDER = tempfile.TemporaryDirectory(prefix="kb-worlds-")  # goes away with the process
ROOT = Path(FOLDER.name)
small = examples(20, suppress_health_check=list(HealthCheck))
FACTS = ("has_instance_store", "instance_store_gb", "nvme_support", "hypervisor")


def days_around(data: MiniData) -> list[str]:
    """Every day on which something happens, the days beside it, and one long after."""
    days = [date.fromisoformat(text) for text in days_of_interest(data)]
    around = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)} | {date(2030, 1, 1)}
    return sorted(day.isoformat() for day in around if day.isoformat() >= LAUNCH)


def as_text(value: object) -> str | None:
    return None if value is None else str(value).lower()


@small
@given(worlds(ROOT / "history"))
def test_what_was_known_on_a_day_is_what_the_best_source_said_last(data: MiniData) -> None:
    reference = Reference(data)
    with derived(data) as connection:
        history = records(connection, "SELECT * FROM instance_types_history")
    assert {row["instance_type"] for row in history} == set(reference.first_seen)
    for name, first_seen in reference.first_seen.items():
        intervals = [row for row in history if row["instance_type"] == name]
        for on in days_around(data):
            found = on_day(intervals, on)
            assert len(found) == (on >= first_seen), f"{name} on {on}"
            if found:
                check_facts(reference, name, on, found[0])


def check_facts(reference: Reference, name: str, on: str, row: Record) -> None:
    place = f"{name} on {on}"
    for fact in FACTS:
        assert as_text(row[fact]) == reference.fact(name, fact, on).value, f"{fact} of {place}"
    local, hypervisor = reference.fact(name, "has_instance_store", on), row["hypervisor"]
    assert row["is_kms_eligible"] is (None if local.value is None else local.value == "false"), place
    assert row["is_nitro"] is (None if hypervisor is None else hypervisor == "nitro"), place
    assert row["status"] == reference.status(name, on), place
    assert row["storage_basis"] == local.basis, place
    if local.value is not None:
        assert row["storage_source"] in local.sources, f"{place}: the source named did not say so"
    else:
        assert row["storage_source"] is row["storage_origin"] is row["storage_observed_on"] is None, place


@small
@given(worlds(ROOT / "intervals"))
def test_intervals_follow_each_other_and_each_brings_something_new(data: MiniData) -> None:
    first_seen = Reference(data).first_seen
    with derived(data) as connection:
        types = records(connection, "SELECT * FROM instance_types_history ORDER BY instance_type, valid_from")
        verdicts = records(
            connection, "SELECT * FROM kms_verdicts_history ORDER BY instance_type, workload, valid_from"
        )
        current = records(connection, "SELECT * FROM kms_verdicts ORDER BY instance_type, workload")
        now = records(connection, "SELECT * FROM instance_types ORDER BY instance_type")
    for name, first in first_seen.items():
        check_chain([row for row in types if row["instance_type"] == name], first)
        for workload in WORKLOADS:
            chain = [row for row in verdicts if (row["instance_type"], row["workload"]) == (name, workload)]
            check_chain(chain, LAUNCH)
            check_outcome_since(chain)
    assert current == [without(row, "valid_to") for row in verdicts if row["valid_to"] is None]
    newest = [row for row in types if row["valid_to"] is None]
    assert [{name: row[name] for name in newest[0] if name in row} for row in now] == [
        without(row, "valid_from", "valid_to") for row in newest
    ]


def check_chain(chain: list[Record], first: str) -> None:
    assert chain[0]["valid_from"] == date.fromisoformat(first)
    assert chain[-1]["valid_to"] is None
    for earlier, later in pairwise(chain):
        assert earlier["valid_from"] < earlier["valid_to"] == later["valid_from"]
        times = ("valid_from", "valid_to", "outcome_since", "contradictions")
        assert without(earlier, *times) != without(later, *times), "an interval that changes nothing"


def check_outcome_since(chain: list[Record]) -> None:
    since = chain[0]["valid_from"]
    for position, row in enumerate(chain):
        if position and row["outcome"] != chain[position - 1]["outcome"]:
            since = row["valid_from"]
        assert row["outcome_since"] == since


def without(row: Record, *names: str) -> Record:
    return {name: value for name, value in row.items() if name not in names}


@small
@given(worlds(ROOT / "verdicts"), st.data())
def test_verdicts_follow_from_offer_rule_and_storage_of_the_day(data: MiniData, choice: st.DataObject) -> None:
    reference = Reference(data)
    days = choice.draw(st.lists(st.sampled_from(days_around(data)), min_size=6, max_size=6, unique=True))
    with derived(data) as connection:
        history = records(connection, "SELECT * FROM kms_verdicts_history")
    by_pair: dict[tuple[str, str], list[Record]] = {}
    for row in history:
        by_pair.setdefault((row["instance_type"], row["workload"]), []).append(row)
    for name in reference.first_seen:
        for workload in WORKLOADS:
            for on in days:
                (row,) = on_day(by_pair[name, workload], on)
                check_verdict(reference, row, on)


def check_verdict(reference: Reference, row: Record, on: str) -> None:
    name, workload, outcome = row["instance_type"], row["workload"], row["outcome"]
    place = f"{name} in {workload} on {on}"
    assert outcome == reference.outcome(name, workload, on), place
    assert row["all_storage_under_key"] is (outcome == "encrypts"), place
    assert row["supports_volume_kms"] is (None if outcome == "unknown" else outcome in ("encrypts", "ebs_only")), place
    assert (row["basis"] is None) == (outcome == "unknown"), place
    is_offered = reference.is_offered(name, workload, on) if outcome not in ("not_offered", "unknown") else None
    if is_offered:
        assert row["offering_basis"] in ("api_enum", "price_list", "both"), place
    if outcome in ("encrypts", "rejected", "not_applied", "ebs_only"):
        rule = reference.rule("kms_rules", workload, on, "outcome_with_local_storage")
        assert rule is not None
        assert (row["rule_id"], row["release"], row["url"]) == (rule["rule_id"], rule["release"], rule["url"]), place
        basis = reference.fact(name, "has_instance_store", on).basis
        is_inferred = workload != rule["workload"] or basis == "inferred"
        assert row["basis"] == ("inferred" if is_inferred else rule["basis"]), place
        assert (row["basis_note"] is not None) == is_inferred, place
        assert row["storage_basis"] == basis, place
        assert name in row["reason"], place


@small
@given(worlds(ROOT / "enums"))
def test_enum_members_stand_from_each_addition_to_the_removal_after_it(data: MiniData) -> None:
    reference = Reference(data)
    with derived(data) as connection:
        members = records(connection, "SELECT * FROM enum_members")
    for shape in SHAPES:
        for name in reference.first_seen:
            spans = [row for row in members if (row["enum_shape"], row["enum_value"]) == (shape, name)]
            for on in days_around(data):
                assert bool(on_day(spans, on)) == reference.in_enum(shape, name, on), f"{name} in {shape} on {on}"
                assert len(on_day(spans, on)) <= 1
