"""The values that lookups return, and the words they use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from kb.library.instance_type import InstanceType
from kb.library.record import Record

__all__ = [
    "Alternative",
    "Alternatives",
    "Basis",
    "Change",
    "Contradiction",
    "Evidence",
    "InstanceType",
    "KeyProblem",
    "LeftOut",
    "Outcome",
    "Verdict",
    "Version",
    "VolumeSize",
]


class Outcome(StrEnum):
    """What becomes of a customer KMS key for the storage volume of one type in one workload."""

    ENCRYPTS = "encrypts"
    """The key is accepted and covers the ML storage; the type has no local storage."""
    REJECTED = "rejected"
    """The request is refused."""
    NOT_APPLIED = "not_applied"
    """The key is accepted, but the ML storage is local NVMe that it does not encrypt."""
    EBS_ONLY = "ebs_only"
    """The key covers the EBS volume that this workload always attaches; NVMe disks stay outside it."""
    NO_KEY_PARAMETER = "no_key_parameter"
    """The API has no volume key for this workload."""
    NOT_OFFERED = "not_offered"
    """Neither the API nor the price list lists the type for this workload."""
    UNKNOWN = "unknown"
    """The evidence does not say; never a guess."""


class Basis(StrEnum):
    """What a verdict rests on."""

    DOCUMENTED = "documented"
    """AWS's reference of this API says so."""
    OBSERVED = "observed"
    """Seen in lists or in the service's behaviour, not promised by a reference."""
    INFERRED = "inferred"
    """Follows from a documented rule of the workload as which this one runs, or from the type's family."""


class Evidence(Record):
    """One thing a verdict rests on.

    Attributes:
        kind: ``rule`` (the API reference), ``storage`` (EC2's word on disks), ``offering`` (who lists the type), or
            ``review`` (a sentence behind the rule reads otherwise since then, and nobody has confirmed the rule).
        what: API member, EC2 field, enum, or place of the sentence.
        origin: Release or capture that shows it, such as ``botocore 1.43.27``.
        since: First day on which it was shown so.
        url: Address; None where the origin is a package only.
        note: Anything to know about it, such as ``carried back``.
    """

    kind: str
    what: str
    origin: str
    since: date
    url: str | None
    note: str | None


class Contradiction(Record):
    """A statement of AWS that would lead to another outcome.

    Attributes:
        says_outcome: The outcome that would follow.
        statement: The statement, in our words.
        source_title: Page that makes it.
        url: Its address.
        seen_on: Day on which it was read.
        newer_side: ``rule``, ``contradiction`` or ``unknown``: which is newer.
    """

    says_outcome: str
    statement: str
    source_title: str
    url: str
    seen_on: date
    newer_side: str


class VolumeSize(Record):
    """What goes for the volume size in the same request.

    Attributes:
        rule: ``ordinary``, ``at_most_local_total``, ``fixed_to_local_total``, ``ebs_independent``, ``no_parameter`` or
            ``undocumented``.
        limit_gb: Greatest size that may be requested, in GB; None where no source gives one.
        note: The rule in one sentence.
        url: Address of the reference.
    """

    rule: str
    limit_gb: int | None
    note: str | None
    url: str | None


class Verdict(Record):
    """The answer for one instance type in one workload.

    Attributes:
        outcome: What becomes of the key.
        all_storage_under_key: True only where the key covers all ML storage.
        reason: Why, in one plain sentence.
        basis: What the outcome rests on; None where it is unknown.
        basis_note: Why it may be inferred, where it is.
        outcome_since: First day from which this outcome, whatever it rested on, held without a break.
        valid_from: First day on which all of this, evidence included, was the answer.
        valid_to: Day from which it no longer was; None while it is.
        volume_size: The volume size rule that goes with it; None where not known or not offered.
        evidence: Rule, storage observation and listing behind it, and what of it waits for review.
        evidence_changed: A sentence on which the rule rests reads otherwise now (for an earlier day: read otherwise
            then), and nobody has confirmed the rule since.
        contradictions: Statements of AWS that say otherwise.
        data_version: Version of the data that answered.
    """

    instance_type: str
    workload: str
    outcome: Outcome
    all_storage_under_key: bool
    reason: str
    basis: Basis | None
    basis_note: str | None
    outcome_since: date
    valid_from: date
    valid_to: date | None
    volume_size: VolumeSize | None
    evidence: tuple[Evidence, ...]
    evidence_changed: bool
    contradictions: tuple[Contradiction, ...]
    data_version: str


class Change(Record):
    """One difference between two data versions.

    Attributes:
        kind: ``type_added``, ``type_removed``, ``fact``, ``offer``, ``verdict``, ``region`` or ``rule``.
        instance_type: Type concerned; None for a rule.
        workload: Workload concerned; None for a fact.
        what: Column, or list and Region, that differs.
        old: Value in the first version, as text; None where it had none.
        new: Value in the second.
    """

    kind: str
    instance_type: str | None
    workload: str | None
    what: str
    old: str | None
    new: str | None


class Version(Record):
    """One data version.

    Attributes:
        version: CalVer of the day, such as ``2026.06.10``.
        released_on: The day.
        changes: Number of changes.
        summary: What changed, counted by kind.
    """

    version: str
    released_on: date
    changes: int
    summary: str


class Alternative(Record):
    """One type that satisfies a need, beside the type asked about.

    Attributes:
        distance: How far it is; 0 where nothing that is compared differs. See :func:`kb.alternatives`.
        status: ``listed``, ``retired``, ``price_list_only`` or ``delisted``.
        better: What it has more of, in words.
        worse: What it has less of, or lacks.
        other: What is of another kind, for better or worse.
        verdict: What becomes of a key on it in the workload.
    """

    instance_type: str
    distance: float
    status: str
    better: tuple[str, ...]
    worse: tuple[str, ...]
    other: tuple[str, ...]
    verdict: Verdict


class LeftOut(Record):
    """Types that satisfy the need and are no alternative all the same, for one reason.

    Attributes:
        reason: ``status``, ``architecture``, ``accelerator``, ``distance``, ``unknown_hardware`` or ``region``.
        explanation: The reason in words.
        instance_types: The types, by name.
    """

    reason: str
    explanation: str
    instance_types: tuple[str, ...]


class Alternatives(Record):
    """The answer of :func:`kb.alternatives`: as a sequence, the alternatives, nearest first. False if there are none.

    Attributes:
        instance_type: The type asked about.
        workload: The workload.
        region: The Region; None for any.
        need: What the alternatives satisfy.
        is_satisfied: Whether the type asked about satisfies it itself; None where that is not known.
        verdict: What becomes of a key on the type asked about.
        found: The alternatives.
        total: How many there are, beyond those in `found` too.
        left_out: Types that satisfy the need but are no alternative, by reason.
        instead: Where there is none: what can be done.
    """

    instance_type: str
    workload: str
    region: str | None
    need: str
    is_satisfied: bool | None
    verdict: Verdict
    found: tuple[Alternative, ...]
    total: int
    left_out: tuple[LeftOut, ...]
    instead: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Alternative]:
        return iter(self.found)

    def __getitem__(self, position: int) -> Alternative:
        return self.found[position]


class KeyProblem(Record):
    """What is wrong with the volume key of one instance type that a request names.

    Attributes:
        operation: API operation, such as ``CreateTrainingJob``.
        workload: Workload of which the request speaks there.
        instance_type: The type.
        type_path: Where the request names it, such as ``ResourceConfig.InstanceType``.
        key_path: Where the request gives the key; None where it gives none.
        outcome: What becomes of a key on the type.
        is_refused: A guard that raises does not let the request out.
        reason: What is wrong, and why.
        fix: What to do about it.
        url: Address of the reference; None where the evidence has none.
    """

    operation: str
    workload: str
    instance_type: str
    type_path: str
    key_path: str | None
    outcome: Outcome
    is_refused: bool
    reason: str
    fix: str
    url: str | None
