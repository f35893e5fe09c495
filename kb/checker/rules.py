"""Every kind of finding, declared once: reports, plugins and the README are made from it."""

from __future__ import annotations

from kb.checker.model import Rule, Severity

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            "key-rejected",
            Severity.ERROR,
            "A volume key is given where it is refused",
            "The instance type has local NVMe storage and the API of this workload refuses a volume key on it, so the "
            "request fails.",
        ),
        Rule(
            "key-not-applied",
            Severity.ERROR,
            "A volume key is given where it is not applied",
            "The API takes the key, but the ML storage of the instance type is local NVMe that it does not encrypt.",
        ),
        Rule(
            "key-covers-ebs-only",
            Severity.WARNING,
            "A volume key covers the EBS volume only",
            "The key encrypts the EBS volume that this workload attaches; the NVMe disks of the type stay outside it.",
        ),
        Rule(
            "key-missing",
            Severity.ERROR,
            "No volume key is given where one can be used",
            "Reported with --require-key only: the request gives no volume key although the workload takes one for "
            "this instance type.",
        ),
        Rule(
            "key-effect-unknown",
            Severity.NOTE,
            "What becomes of the volume key is not known",
            "A key is given, but the evidence does not say what becomes of it: the request names no instance type, or "
            "no source speaks of this type.",
        ),
        Rule(
            "mixed-types",
            Severity.WARNING,
            "One key for instance types that treat it differently",
            "One volume key serves the whole request, but the types it names would each treat it in another way. If "
            "any of them refuses the key, so does the request. Where SageMaker picks one type of a list at run time, "
            "the outcome depends on its choice; that is an error if one of them refuses the key or does not apply it.",
        ),
        Rule(
            "volume-size",
            Severity.WARNING,
            "The volume size is against the rule for this type",
            "The size is above what the API allows for this type (an error), or is given although the storage of the "
            "type is fixed to its local disks and the size does nothing (a note where it is below them).",
        ),
        Rule(
            "unknown-type",
            Severity.WARNING,
            "No source lists the instance type",
            "The name is in no SageMaker enum or price list that this version of the data knows. It is mistyped, or "
            "newer than the data.",
        ),
        Rule(
            "not-offered",
            Severity.WARNING,
            "The instance type is not offered for this workload",
            "Neither the API's enum nor the price list has the type for this workload.",
        ),
        Rule(
            "not-in-region",
            Severity.WARNING,
            "The instance type is not offered in this Region",
            "The Region's list does not have the type for this workload. Reported where the file names the Region, or "
            "with --region.",
        ),
        Rule(
            "not-checked",
            Severity.NOTE,
            "Something could not be checked",
            "An instance type, a key or a whole part of a request is known only later. It may be good or bad.",
        ),
        Rule(
            "unreadable",
            Severity.ERROR,
            "The file could not be read",
            "The file is missing, damaged, too large, or needs a package that is not installed. Nothing in it was "
            "checked. A warning where the file was found in a folder and not named.",
        ),
        Rule(
            "suppression",
            Severity.WARNING,
            "A suppression is not in order",
            "It names no reason or no known rule, or nothing that it would suppress is there any more.",
        ),
    )
}
