"""The values that lookups return, and the words they use. Each is immutable, and ``as_dict()`` is ready for JSON."""

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
    """What happens to a customer KMS key for the ML storage volume of one type in one workload."""

    ENCRYPTS = "encrypts"
    """The key is accepted and covers the ML storage; the type has no local storage."""
    REJECTED = "rejected"
    """The request is refused."""
    NOT_APPLIED = "not_applied"
    """The key is accepted, but the ML storage is local NVMe storage, which the key does not encrypt."""
    EBS_ONLY = "ebs_only"
    """The key covers the EBS volume that this workload always attaches, but not the NVMe disks."""
    NO_KEY_PARAMETER = "no_key_parameter"
    """The API has no volume key for this workload."""
    NOT_OFFERED = "not_offered"
    """Neither the API nor the price list lists the type for this workload."""
    UNKNOWN = "unknown"
    """The evidence does not say. It is never a guess."""


class Basis(StrEnum):
    """What kind of evidence a verdict has."""

    DOCUMENTED = "documented"
    """AWS's reference for this API says so."""
    OBSERVED = "observed"
    """Seen in lists or in the service's behavior, but not documented."""
    INFERRED = "inferred"
    """Follows from the documented rule of another workload, or from the type's family."""


class Evidence(Record):
    """One piece of evidence for a verdict.

    Attributes:
        kind: ``rule`` (the API reference), ``storage`` (EC2's data on disks), ``offering`` (a list with the type), or
            ``review`` (a sentence behind the rule that has changed and awaits review).
        what: API member, EC2 field, enum, or location of the sentence.
        origin: Release or capture that shows it, such as ``botocore 1.43.27``.
        since: First day on which this source showed it.
        url: Address of the source; None if the origin is only a package.
        note: Remark, such as ``inferred from the family``; None for none.
    """

    kind: str
    what: str
    origin: str
    since: date
    url: str | None
    note: str | None


class Contradiction(Record):
    """A contradictory AWS statement: one that would lead to another outcome.

    Attributes:
        says_outcome: Outcome that would follow from it.
        statement: The statement, in our words.
        source_title: Title of the page.
        url: Address of the page.
        seen_on: Day on which it was read.
        newer_side: Which is newer: ``rule``, ``contradiction`` or ``unknown``.
    """

    says_outcome: str
    statement: str
    source_title: str
    url: str
    seen_on: date
    newer_side: str


class VolumeSize(Record):
    """The rule for the volume size in the same request.

    Attributes:
        rule: ``ordinary``, ``at_most_local_total``, ``fixed_to_local_total``, ``ebs_independent``, ``no_parameter`` or
            ``undocumented``.
        limit_gb: Maximum size in GB; None if no source states one.
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
        instance_type: SageMaker name, such as ``ml.g5.xlarge``.
        workload: One of :func:`kb.workloads`.
        outcome: What happens to the key.
        all_storage_under_key: True only if the key covers all ML storage.
        reason: Why, in one sentence.
        basis: Kind of evidence for the outcome; None if the outcome is unknown.
        basis_note: Why the outcome can be inferred, if it is; None otherwise.
        outcome_since: First day from which the outcome held without a break, even if its evidence changed.
        valid_from: First day on which the whole verdict, including its evidence, held.
        valid_to: First day on which it no longer held; None while it holds.
        volume_size: Rule for the volume size; None if it is not known or the type is not offered.
        evidence: The rule, the storage data and the listing behind the verdict, and changed sentences.
        evidence_changed: Whether a sentence behind the rule has changed and awaits review (or did on the day asked
            about).
        contradictions: Contradictory AWS statements.
        data_version: CalVer of the data.
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
        instance_type: The instance type; None for a rule.
        workload: The workload; None for a fact.
        what: Column, or list and Region, that differs.
        old: Old value as text; None for none.
        new: New value as text; None for none.
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
        version: CalVer, such as ``2026.06.10``.
        released_on: Its date.
        changes: Number of changes.
        summary: Number of changes of each kind, such as ``4 rule, 27 verdict``.
    """

    version: str
    released_on: date
    changes: int
    summary: str


class Alternative(Record):
    """One type that meets the need, compared with the type asked about.

    Attributes:
        instance_type: SageMaker name.
        distance: How much the hardware differs; 0 for not at all. See :func:`kb.alternatives`.
        status: ``listed``, ``retired``, ``price_list_only`` or ``delisted``.
        better: What it has more of, in words.
        worse: What it has less of, in words.
        other: What is different without being more or less, such as another GPU model.
        verdict: What happens to a key on it in the workload.
    """

    instance_type: str
    distance: float
    status: str
    better: tuple[str, ...]
    worse: tuple[str, ...]
    other: tuple[str, ...]
    verdict: Verdict


class LeftOut(Record):
    """Types that meet the need but are left out, all for the same reason.

    Attributes:
        reason: ``status``, ``architecture``, ``accelerator``, ``distance``, ``unknown_hardware`` or ``region``.
        explanation: The reason in words.
        instance_types: Names of the types, sorted.
    """

    reason: str
    explanation: str
    instance_types: tuple[str, ...]


class Alternatives(Record):
    """The answer of :func:`kb.alternatives`. A sequence of the alternatives, nearest first; falsy if there are none.

    Attributes:
        instance_type: The type asked about.
        workload: The workload.
        region: The Region; None for any.
        need: The need, such as ``all_storage_under_key``.
        is_satisfied: Whether the type asked about meets the need itself; None if that is not known.
        verdict: What happens to a key on the type asked about.
        found: The alternatives, up to the limit asked for.
        total: Number of all alternatives.
        left_out: Types that meet the need but are left out, by reason.
        instead: What you can do instead, if there are no alternatives.
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
    """A problem with the volume key for one instance type in a request.

    Attributes:
        operation: API operation, such as ``CreateTrainingJob``.
        workload: The workload.
        instance_type: The instance type.
        type_path: Where the request names the type, such as ``ResourceConfig.InstanceType``.
        key_path: Where the request gives the key; None if it gives none.
        outcome: What happens to a key on the type.
        is_refused: Whether a guard in the mode ``raise`` stops the request.
        reason: What is wrong, and why.
        fix: How to fix it.
        url: Address of the reference; None if the evidence has none.
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
