"""Puts together the verdict on a key: the answer, the sentences that explain it, and the evidence it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kb.errors import SnapshotError
from kb.library.model import Basis, Contradiction, Evidence, Outcome, Verdict, VolumeSize
from kb.library.snapshot import Snapshot

#: Columns of the section ``answers``; those in TEXT_COLUMNS hold the number of a line of the section ``texts``.
ANSWER_COLUMNS = (
    "outcome",
    "basis",
    "basis_note",
    "reason",
    "rule_id",
    "volume_size_rule",
    "volume_size_limit_gb",
    "volume_size_note",
    "volume_size_url",
    "contradictions",
    "changed_sentences",
    "offering_basis",
    "offering_origin",
    "offered_since",
    "rests_on_storage",
)
TEXT_COLUMNS = frozenset({"basis_note", "reason", "volume_size_note", "volume_size_url", "offering_origin"})

_OFFERED_BY = {"api_enum": "API enum", "price_list": "price list", "both": "API enum and price list"}
_RULE_NOTES = {
    "documented": None,
    "silent": "the reference is silent about local storage",
    "no_parameter": "the API has no such parameter",
}
_STORAGE_NOTES = {"carried_back": "first observed later and carried back", "inferred": "inferred from the family"}


def answer(data: Snapshot, name: str, workload: str, day: date | None) -> Verdict:
    """Return the verdict for a known type and workload on a day; None means now."""
    steps = data.steps(name, workload)
    mark = "99999999" if day is None else f"{day:%Y%m%d}"
    for position, (began, _) in enumerate(steps):
        if began <= mark:
            return _verdict(data, name, workload, steps, position)
    raise SnapshotError(f"no verdict for {name} in {workload} on {day}")


def answers(data: Snapshot, name: str, workload: str) -> tuple[Verdict, ...]:
    """Return every verdict for a known type and workload, oldest first."""
    steps = data.steps(name, workload)
    return tuple(_verdict(data, name, workload, steps, position) for position in reversed(range(len(steps))))


def _verdict(data: Snapshot, name: str, workload: str, steps: list[tuple[str, list[str]]], position: int) -> Verdict:
    began, cells = steps[position]
    valid_from = date.fromisoformat(began)
    found = dict(zip(ANSWER_COLUMNS, cells, strict=True))
    for column in TEXT_COLUMNS:
        if found[column]:
            # texts are templates in which the type is left open, so that types share them
            found[column] = data.rows("texts")[int(found[column])][0].replace("{type}", name)
    outcome_since = began
    for earlier, other in steps[position + 1 :]:
        if other[0] != found["outcome"]:
            break
        outcome_since = earlier
    size = None
    if found["volume_size_rule"]:
        limit = found["volume_size_limit_gb"]
        size = VolumeSize(
            rule=found["volume_size_rule"],
            limit_gb=int(limit) if limit else None,
            note=found["volume_size_note"] or None,
            url=found["volume_size_url"] or None,
        )
    return Verdict(
        instance_type=name,
        workload=workload,
        outcome=Outcome(found["outcome"]),
        all_storage_under_key=found["outcome"] == Outcome.ENCRYPTS.value,
        reason=found["reason"],
        basis=Basis(found["basis"]) if found["basis"] else None,
        basis_note=found["basis_note"] or None,
        outcome_since=date.fromisoformat(outcome_since),
        valid_from=valid_from,
        valid_to=date.fromisoformat(steps[position - 1][0]) if position else None,
        volume_size=size,
        evidence=tuple(_evidence(data, name, workload, found, valid_from, is_current=position == 0)),
        evidence_changed=found["changed_sentences"] != "",
        contradictions=tuple(_contradictions(data, found["contradictions"])),
        data_version=data.data_version,
    )


def _evidence(
    data: Snapshot, name: str, workload: str, found: dict[str, str], day: date, *, is_current: bool
) -> Iterator[Evidence]:
    if found["rule_id"]:
        yield _rule(data, found["rule_id"])
    yield from _reviews(data, found["changed_sentences"], day)
    if found["rests_on_storage"] == "true":
        yield _storage(data, name, day)
    if found["offering_basis"]:
        yield _offering(_OFFERED_BY[found["offering_basis"]], found["offering_origin"], found["offered_since"])
    elif found["outcome"] == Outcome.NOT_OFFERED.value and is_current:
        enum_shape = data.enum_shape(workload)
        for source, origin, read_on in data.rows("readings"):
            if source == "sagemaker_api" and enum_shape:
                yield _offering(f"absent from {enum_shape}", origin, read_on)


def _offering(what: str, origin: str, since: str) -> Evidence:
    day = date.fromisoformat(since)
    return Evidence(kind="offering", what=what, origin=origin, since=day, url=None, note=None)


def _rule(data: Snapshot, rule_id: str) -> Evidence:
    _, member, release, since, url, documentation = _row(data, "rules", rule_id)
    return Evidence(
        kind="rule",
        what=member or "API reference",
        origin=f"botocore {release}",
        since=date.fromisoformat(since),
        url=url,
        note=_RULE_NOTES[documentation],
    )


def _row(data: Snapshot, section: str, key: str) -> list[str]:
    """The row of a section whose first cell is the key."""
    for row in data.rows(section):
        if row[0] == key:
            return row
    raise SnapshotError(f"the snapshot names {key!r}, which its section {section} does not have")


def _reviews(data: Snapshot, ids: str, day: date) -> Iterator[Evidence]:
    """The changed sentences that awaited review on that day."""
    for sentence_id in ids.split():
        for named, changed_on, place, origin, url in data.rows("reviews"):
            since = date.fromisoformat(changed_on)
            if named == sentence_id and since <= day:
                note = "the sentence changed and the rule awaits review"
                yield Evidence(kind="review", what=place, origin=origin, since=since, url=url, note=note)
                break


def _storage(data: Snapshot, name: str, day: date) -> Evidence:
    span = next(span for span in data.spans(name) if span.valid_from <= day)
    return Evidence(
        kind="storage",
        what="has_instance_store",
        origin=span.storage_origin or "",
        since=span.storage_observed_on or span.valid_from,
        url=span.storage_url,
        note=_STORAGE_NOTES.get(span.storage_basis or ""),
    )


def _contradictions(data: Snapshot, ids: str) -> Iterator[Contradiction]:
    for contradiction_id in ids.split():
        _, says, statement, title, url, seen_on, newer = _row(data, "contradictions", contradiction_id)
        day = date.fromisoformat(seen_on)
        yield Contradiction(
            says_outcome=says, statement=statement, source_title=title, url=url, seen_on=day, newer_side=newer
        )
