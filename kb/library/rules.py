"""Every kind of finding about a request or a file, declared once: messages, reports and plugins are made from it."""

from __future__ import annotations

from enum import IntEnum

from kb.library.record import Record


class Severity(IntEnum):
    """How bad a finding is; the name in lower case is the word for it."""

    NOTE = 1
    """Nothing is known to be wrong, or it could not be checked."""
    WARNING = 2
    """Probably not what was meant."""
    ERROR = 3
    """AWS refuses the request, or data is not under the key that was given for it."""

    @property
    def word(self) -> str:
        """The name for people and files."""
        return self.name.lower()


class Rule(Record):
    """One kind of finding.

    Attributes:
        id: Stable name; suppressions and other tools refer to it.
        severity: What its findings have, unless one says otherwise.
        title: What is wrong, in a few words.
        explanation: When it is reported, and why it matters.
    """

    id: str
    severity: Severity
    title: str
    explanation: str


RULES: dict[str, Rule] = {
    rule_id: Rule(id=rule_id, severity=severity, title=title, explanation=explanation)
    for rule_id, severity, title, explanation in (
        (
            "key-rejected",
            Severity.ERROR,
            "A volume key is given where it is refused",
            "The instance type has local NVMe storage and the API of this workload refuses a volume key on it, so the "
            "request fails.",
        ),
        (
            "key-not-applied",
            Severity.ERROR,
            "A volume key is given where it is not applied",
            "The API accepts the key, but the ML storage of the instance type is local NVMe, which the key does not "
            "encrypt.",
        ),
        (
            "key-covers-ebs-only",
            Severity.WARNING,
            "A volume key covers the EBS volume only",
            "The key encrypts the EBS volume that this workload attaches; the NVMe disks of the type stay outside it.",
        ),
        (
            "key-missing",
            Severity.ERROR,
            "No volume key is given where one can be used",
            "Reported with --require-key only: the request gives no volume key although the workload takes one for "
            "this instance type.",
        ),
        (
            "key-effect-unknown",
            Severity.NOTE,
            "The effect of the volume key is unknown",
            "A key is given, but the evidence does not say what happens to it: the request names no instance type, or "
            "no source covers this type.",
        ),
        (
            "mixed-types",
            Severity.WARNING,
            "One key for instance types that treat it differently",
            "One volume key serves several instance types, and they treat it differently. If all of them run and one "
            "refuses the key, the request fails. If SageMaker picks one of a list at run time, the outcome depends on "
            "its choice; that is an error if one of the types refuses the key or does not apply it.",
        ),
        (
            "volume-size",
            Severity.WARNING,
            "The volume size breaks the rule for this type",
            "The size is above what the API allows for this type (an error), or has no effect because the storage of "
            "the type is fixed to its local disks (a note where the size is below them).",
        ),
        (
            "unknown-type",
            Severity.WARNING,
            "No source lists the instance type",
            "The name is in no SageMaker enum or price list that this version of the data knows. It is mistyped, or "
            "newer than the data.",
        ),
        (
            "not-offered",
            Severity.WARNING,
            "The instance type is not offered for this workload",
            "Neither the API's enum nor the price list has the type for this workload.",
        ),
        (
            "not-in-region",
            Severity.WARNING,
            "The instance type is not offered in this Region",
            "The Region's list does not have the type for this workload. Reported where the file names the Region, or "
            "with --region.",
        ),
        (
            "not-checked",
            Severity.NOTE,
            "Something could not be checked",
            "An instance type, a key or a whole part of a request is known only later. It may be good or bad.",
        ),
        (
            "unreadable",
            Severity.ERROR,
            "The file could not be read",
            "The file is missing, damaged, too large, or needs a package that is not installed. Nothing in it was "
            "checked. A warning if the file was found in a folder rather than named.",
        ),
        (
            "suppression",
            Severity.WARNING,
            "A suppression is invalid or unused",
            "It gives no reason, names no known rule, or no longer suppresses anything.",
        ),
    )
}
