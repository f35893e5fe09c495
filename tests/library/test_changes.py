"""What changed: one set of words for it, wherever it is told."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import kb
from kb.dataset.schema import table
from kb.library.changes import COMPARED, FACTS, HEADINGS, RECORDED, Event, Kind, days, events_of, grouped
from kb.library.lookup import snapshot
from kb.library.model import InstanceType

SQL = Path(kb.__file__).parent / "pipeline/sql/90_versions.sql"


def test_every_kind_has_one_heading_in_its_order() -> None:
    assert list(HEADINGS) == list(Kind)
    assert len(set(HEADINGS.values())) == len(Kind)
    assert set(COMPARED) | set(RECORDED) == set(Kind)
    assert [kind for kind in Kind if kind in COMPARED] == list(COMPARED)


def test_the_build_writes_these_words_and_the_schema_names_them() -> None:
    written = set(re.findall(r"'([a-z_]+)' AS kind\b", SQL.read_text(encoding="utf-8")))
    assert written == set(RECORDED)
    described = next(column.description for column in table("changes").columns if column.name == "kind")
    assert set(re.findall(r"[a-z_]+", described)) >= written


def test_a_difference_is_of_a_kind_that_is_compared() -> None:
    # no Region is new before the first list of its component was read
    read = min(day for each in snapshot().components() if (day := snapshot().regions_since(each)) is not None)
    both_ways = [
        change
        for day in ("2017-11-29", read)
        for change in (*kb.diff(day, kb.DATA_VERSION), *kb.diff(kb.DATA_VERSION, day))
    ]
    assert {change.kind for change in both_ways} == set(COMPARED)
    assert {change.what for change in both_ways if change.kind == Kind.FACT} <= set(FACTS) < set(InstanceType._fields)


def test_events_are_what_the_histories_hold() -> None:
    """Each day with an event is one on which a fact or an outcome changed, or the first."""
    events = events_of("ml.trn2.48xlarge", ["training"])
    spans, verdicts = kb.history("ml.trn2.48xlarge"), kb.verdict_history("ml.trn2.48xlarge", "training")
    assert {event.changed_on for event in events if event.kind == "fact"} <= {span.valid_from for span in spans[1:]}
    assert {event.changed_on for event in events if event.kind == "outcome"} <= {
        max(verdict.valid_from, spans[0].first_seen) for verdict in verdicts
    }
    assert [event.new for event in events if event.kind == "outcome"][-1] == verdicts[-1].outcome


def test_what_follows_from_the_disks_is_not_told_beside_them() -> None:
    day = date(2026, 1, 1)

    def event(kind: str, what: str, old: str | None, new: str | None, workload: str | None = None) -> Event:
        return Event(changed_on=day, kind=kind, workload=workload, what=what, old=old, new=new)

    disks = event("fact", "instance_store_gb", "0", "75")
    assert list(days([disks])) == [(day, ["instance_store_gb: 0 -> 75"])]
    told = [
        event("first_listed", "instance_type", None, "ml.x"),
        event("fact", "local_storage", None, "1 x 75 GB NVMe SSD"),
        disks,
        event("outcome", "outcome", "encrypts", "rejected", "training"),
        event("outcome", "outcome", "not_offered", "ebs_only", "notebook"),
        event("outcome", "outcome", "encrypts", "rejected", "tuning"),
    ]
    assert list(days(told)) == [
        (
            day,
            [
                "first listed",
                "local_storage: not known -> 1 x 75 GB NVMe SSD",
                "training, tuning: encrypts -> rejected",
                "notebook: not offered -> EBS only",
            ],
        )
    ]


def test_grouped_keeps_the_order() -> None:
    assert grouped([3, 1, 4, 1, 5], lambda number: number % 2) == {1: [3, 1, 1, 5], 0: [4]}
    assert list(grouped([4, 3], lambda number: number % 2)) == [0, 1]
