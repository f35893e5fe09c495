"""The lookup snapshot answers exactly what the database says, for every type, workload and interval."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from kb.dataset.paths import snapshot_file
from kb.library import verdicts
from kb.library.changes import compare
from kb.library.model import InstanceType, Verdict
from kb.library.snapshot import Snapshot
from kb.pipeline import BuildResult
from tests.pipeline.asking import Record, records

OFFERED_BY = {"api_enum": "API enum", "price_list": "price list", "both": "API enum and price list"}
#: Attributes that follow from others, whose changes alone are in the table changes.
DERIVED = ("is_nitro", "is_kms_eligible", "local_storage", "has_nvme_instance_store")
STORAGE_NOTES = {
    "observed": None,
    "carried_back": "first observed later and carried back",
    "inferred": "inferred from the family",
}


@pytest.fixture(scope="module")
def data(built: BuildResult) -> Snapshot:
    assert built.snapshot is not None
    return Snapshot(str(built.snapshot))


def grouped(found: list[Record], *names: str) -> dict[tuple[Any, ...], list[Record]]:
    groups: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def test_the_snapshot_in_the_package_is_current(built: BuildResult) -> None:
    assert built.snapshot is not None
    is_current = built.snapshot.read_bytes() == snapshot_file().read_bytes()
    assert is_current, "kb/snapshot.txt is not what the data gives: run `kb build` and commit it"


def test_versions(connection: duckdb.DuckDBPyConnection, data: Snapshot, built: BuildResult) -> None:
    expected = records(connection, "SELECT version, released_on, changes, summary FROM versions ORDER BY version")
    assert [version.as_dict() | {"released_on": version.released_on} for version in data.versions()] == expected
    assert data.data_version == built.data_version


def test_every_type_and_its_whole_history(connection: duckdb.DuckDBPyConnection, data: Snapshot) -> None:
    history = grouped(records(connection, "SELECT * FROM instance_types_history ORDER BY ALL"), "instance_type")
    current = records(connection, "SELECT * FROM instance_types ORDER BY instance_type")
    assert [row["instance_type"] for row in current] == list(data.type_names)
    for row in current:
        spans = history[row["instance_type"],]
        lasting = {name: row[name] for name in InstanceType._fields if name not in spans[0]}
        expected = [InstanceType(**lasting | span) for span in reversed(spans)]
        assert list(data.spans(row["instance_type"])) == expected
        newest = data.spans(row["instance_type"])[0]
        assert {name: getattr(newest, name) for name in row} == row


def test_every_verdict_of_all_time(connection: duckdb.DuckDBPyConnection, data: Snapshot) -> None:
    sql = "SELECT * FROM kms_verdicts_history ORDER BY instance_type, workload, valid_from"
    contradictions = {row.pop("contradiction_id"): row for row in records(connection, "SELECT * FROM contradictions")}
    pairs = grouped(records(connection, sql), "instance_type", "workload")
    assert len(pairs) == len(data.type_names) * len(data.workloads)
    for (name, workload), expected in pairs.items():
        answers = verdicts.answers(data, name, workload)
        assert [answer.valid_from for answer in answers] == [row["valid_from"] for row in expected]
        for answer, row in zip(answers, expected, strict=True):
            check_verdict(answer, row, contradictions)
            assert data.outcome(name, workload, row["valid_from"]) == row["outcome"]
        middle = expected[len(expected) // 2]
        assert verdicts.answer(data, name, workload, middle["valid_from"]) == answers[len(expected) // 2]


def test_every_verdict_of_today(connection: duckdb.DuckDBPyConnection, data: Snapshot) -> None:
    contradictions = {row.pop("contradiction_id"): row for row in records(connection, "SELECT * FROM contradictions")}
    for row in records(connection, "SELECT * FROM kms_verdicts"):
        answer = verdicts.answer(data, row["instance_type"], row["workload"], None)
        check_verdict(answer, row | {"valid_to": None}, contradictions)


def check_verdict(answer: Verdict, row: Record, contradictions: dict[str, Record]) -> None:
    place = f"{row['instance_type']} in {row['workload']} from {row['valid_from']}"
    for name in ("instance_type", "workload", "all_storage_under_key", "reason", "basis_note", "outcome_since"):
        assert getattr(answer, name) == row[name], f"{name} of {place}"
    assert answer.evidence_changed is row["evidence_changed"], place
    reviews = sum(evidence.kind == "review" for evidence in answer.evidence)
    assert reviews == len((row["changed_sentences"] or "").split()), place
    assert (answer.valid_from, answer.valid_to) == (row["valid_from"], row["valid_to"]), place
    assert (answer.outcome.value, answer.basis and answer.basis.value) == (row["outcome"], row["basis"]), place
    check_size(answer, row, place)
    check_evidence(answer, row, place)
    shown = [contradictions[each] for each in (row["contradictions"] or "").split()]
    assert [{name: getattr(each, name) for name in type(each)._fields} for each in answer.contradictions] == [
        {name: each[name] for name in ("says_outcome", "statement", "source_title", "url", "seen_on", "newer_side")}
        for each in shown
    ], place


def check_size(answer: Verdict, row: Record, place: str) -> None:
    columns = ("volume_size_rule", "volume_size_limit_gb", "volume_size_note", "volume_size_url")
    size = answer.volume_size
    found = (None,) * 4 if size is None else (size.rule, size.limit_gb, size.note, size.url)
    assert found == tuple(row[name] for name in columns), place


def check_evidence(answer: Verdict, row: Record, place: str) -> None:
    by_kind = {evidence.kind: evidence for evidence in answer.evidence if not evidence.what.startswith("absent from")}
    by_kind.pop("review", None)
    assert set(by_kind) == {
        kind
        for kind, column in (("rule", "rule_id"), ("storage", "storage_basis"), ("offering", "offering_basis"))
        if row[column] is not None
    }, place
    facts = {kind: (each.what, each.origin, each.since, each.url, each.note) for kind, each in by_kind.items()}
    if "rule" in facts:
        stated = (row["api_member"] or "API reference", f"botocore {row['release']}", row["rule_since"], row["url"])
        assert facts["rule"][:4] == stated, place
    if "storage" in facts:
        stated = ("has_instance_store", row["storage_origin"], row["storage_observed_on"], row["storage_url"])
        assert facts["storage"] == (*stated, STORAGE_NOTES[row["storage_basis"]]), place
    if "offering" in facts:
        stated = (OFFERED_BY[row["offering_basis"]], row["offering_origin"], row["offered_since"], None)
        assert facts["offering"][:4] == stated, place


def test_an_answer_for_every_workload_on_every_version_day(data: Snapshot) -> None:
    types = [name for name in data.type_names if name.startswith(("ml.g5.", "ml.m5.", "ml.p3", "ml.eia2.", "ml.trn2."))]
    assert len(types) > 20
    for version in data.versions():
        for name in types:
            for workload in data.workloads:
                answer = verdicts.answer(data, name, workload, version.released_on)
                assert answer.valid_from <= version.released_on
                assert answer.valid_to is None or version.released_on < answer.valid_to
                assert answer.outcome_since <= answer.valid_from


def test_regions_of_today(connection: duckdb.DuckDBPyConnection, data: Snapshot) -> None:
    listed = records(connection, "SELECT * FROM region_listings WHERE valid_to IS NULL")
    expected = grouped(listed, "instance_type", "component")
    found = {key: regions for key, regions in data.regions(None).items() if regions}
    assert found == {key: frozenset(row["region"] for row in group) for key, group in expected.items()}


def test_a_diff_of_two_neighbouring_versions_is_the_changes_of_the_second(
    connection: duckdb.DuckDBPyConnection, data: Snapshot
) -> None:
    changes = grouped(records(connection, "SELECT * FROM changes"), "changed_on")
    days = [version.released_on for version in data.versions()]
    pairs = list(pairwise(days))
    for old, new in [*pairs[::6], *pairs[-12:]]:
        check_diff(data, old, new, changes[new,])


def check_diff(data: Snapshot, old: date, new: date, changes: list[Record]) -> None:
    found = compare(data, old, new)
    stated = {
        kind: {
            (row["instance_type"], row["workload"], row["what"], row["old_value"], row["new_value"])
            for row in changes
            if row["kind"] == kind
        }
        for kind in ("type_added", "verdict", "region", "rule", "fact")
    }
    shown: dict[str, set[tuple[str, str, str, str | None, str | None]]] = defaultdict(set)
    for change in found:
        shown[change.kind].add((change.instance_type or "", change.workload or "", change.what, change.old, change.new))
    assert shown["type_added"] == stated["type_added"]
    assert shown["verdict"] == stated["verdict"]
    assert {fact for fact in shown["fact"] if fact[2] not in DERIVED} == stated["fact"]
    assert shown["region"] == stated["region"]
    assert shown["rule"] == stated["rule"]
