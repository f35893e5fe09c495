"""Tables about what happens to a key: workloads, rules, and the verdicts that follow from them."""

from __future__ import annotations

from kb.dataset.schema.core import INSTANCE_TYPE, VALID_FROM, VALID_TO, WORKLOAD, Table
from kb.dataset.schema.core import Column as C

_INHERITED_FROM = C(
    "inherited_from", "VARCHAR", "Workload whose rule applies because this one runs as it; NULL if the rule is its own"
)
_SINCE = (
    C("release", "VARCHAR", "First botocore release with the rule in this form"),
    C("rule_since", "DATE", "Day of that release"),
)

_WORKLOAD_FACTS = (
    C("ml_volume_mount", "VARCHAR", "Where the ML storage volume is mounted"),
    C("local_storage_mount", "VARCHAR", "Where local NVMe storage is mounted, on types that have it"),
    C("ml_volume_encryption_without_key", "VARCHAR", "What encrypts the ML storage volume when no key is given"),
    C("os_volume_encryption", "VARCHAR", "What encrypts the operating system volume"),
    C("local_storage_encryption", "VARCHAR", "What encrypts local NVMe storage"),
    C("is_storage_ephemeral", "BOOLEAN", "The storage is deleted with the instance"),
    C("on_stop", "VARCHAR", "What happens to the data when you stop the instance"),
    C("on_delete", "VARCHAR", "What happens to the data when you delete the instance"),
    C("output_location", "VARCHAR", "Where output goes"),
    C("output_encryption", "VARCHAR", "How output is encrypted"),
    C(
        "recommendation",
        "VARCHAR",
        "What to do if data must be encrypted with a customer key and the type has local storage",
    ),
)

_OUTCOME_WORDS = "encrypts, rejected, not_applied, ebs_only, no_key_parameter, not_offered or unknown"

_VERDICT = (
    C("outcome", "VARCHAR", f"What happens to the volume key: {_OUTCOME_WORDS}", required=True),
    C(
        "outcome_since",
        "DATE",
        "First day from which this outcome held without a break, whatever it rested on",
        required=True,
    ),
    C(
        "all_storage_under_key",
        "BOOLEAN",
        "All ML storage under your key: true only for the outcome encrypts",
        required=True,
    ),
    C("supports_volume_kms", "BOOLEAN", "The request takes a key (encrypts, ebs_only); NULL if the outcome is unknown"),
    C("reason", "VARCHAR", "Why, in one sentence", required=True),
    C("basis", "VARCHAR", "documented, observed or inferred: what the outcome rests on; NULL if it is unknown"),
    C("basis_note", "VARCHAR", "Why the outcome is inferred, if it is"),
    C("rule_id", "VARCHAR", "Row of kms_rules that decides; NULL if no rule was needed"),
    C("api_member", "VARCHAR", "API member that the rule is about"),
    *_SINCE,
    C("url", "VARCHAR", "Address of the rule's reference"),
    C(
        "volume_size_rule",
        "VARCHAR",
        "at_most_local_total, fixed_to_local_total, ebs_independent, no_parameter, ordinary or undocumented; NULL if not known",
    ),
    C("volume_size_limit_gb", "BIGINT", "Largest volume size that you may request, if a rule gives one", "GB"),
    C("volume_size_note", "VARCHAR", "The volume size rule in one sentence"),
    C("volume_size_url", "VARCHAR", "Address of the volume size rule's reference"),
    C(
        "contradictions",
        "VARCHAR",
        "IDs of the rows of contradictions that say otherwise, separated by spaces; NULL for none",
    ),
    C(
        "evidence_changed",
        "BOOLEAN",
        "A sentence that the rule rests on had changed by then, and nobody has confirmed the rule since",
        required=True,
    ),
    C(
        "changed_sentences",
        "VARCHAR",
        "IDs of the rows of watched_sentences that had changed, separated by spaces; NULL for none",
    ),
    C(
        "offering_basis",
        "VARCHAR",
        "api_enum, price_list or both; NULL if not offered, or if the request names no type",
    ),
    C("offering_origin", "VARCHAR", "Release or list that shows the offer"),
    C("offered_since", "DATE", "First day on which it shows the offer"),
    C("storage_basis", "VARCHAR", "observed, carried_back or inferred: how has_instance_store is known"),
    C("storage_origin", "VARCHAR", "Origin of has_instance_store"),
    C("storage_observed_on", "DATE", "Day of that observation"),
    C("storage_url", "VARCHAR", "Address of that observation's source"),
)

VERDICT_TABLES: tuple[Table, ...] = (
    Table(
        "workloads",
        "The ways SageMaker runs instances: their requests, where they store data, and what encrypts it there.",
        (
            WORKLOAD,
            C("title", "VARCHAR", "Display name", required=True),
            C("operations", "VARCHAR", "API operations", required=True),
            C(
                "instance_type_paths",
                "VARCHAR",
                "Where the request names instance types, separated by |; a path that only one operation has follows its name and a colon; [?] is a list from which SageMaker picks one; NULL if the request names none",
            ),
            C("volume_kms_key_paths", "VARCHAR", "Where the request takes the volume key; NULL if it takes none"),
            C("volume_size_paths", "VARCHAR", "Where the request takes the volume size; NULL if it takes none"),
            C("enum_shape", "VARCHAR", "Enum of instance types; NULL if the request names none"),
            C("price_component", "VARCHAR", "Component of the price list; NULL if the workload has none of its own"),
            C("runs_as", "VARCHAR", "Workload that this one demonstrably runs as; NULL if it runs as itself"),
            C("runs_as_reason", "VARCHAR", "How that is known"),
            C("introduced_on", "DATE", "Day of the first botocore release that has it", required=True),
            C("introduced_release", "VARCHAR", "That release", required=True),
            C("url", "VARCHAR", "API reference", required=True),
            *_WORKLOAD_FACTS,
        ),
        ("workload",),
        {"runs_as": "workloads"},
    ),
    Table(
        "workload_enums",
        "Which enum of the API named the instance types of a workload, over time.",
        (
            WORKLOAD,
            C("enum_shape", "VARCHAR", "Name of the enum in the API model", required=True),
            VALID_FROM,
            VALID_TO,
        ),
        ("workload", "valid_from"),
        {"workload": "workloads"},
    ),
    Table(
        "workload_facts",
        "The storage columns of the table workloads, one row per value, with its source.",
        (
            WORKLOAD,
            C("fact", "VARCHAR", "Column of workloads", required=True),
            C("value", "VARCHAR", "Its value as text", required=True),
            C("source_url", "VARCHAR", "Address of the source", required=True),
            C("source_date", "DATE", "Day on which it was read", required=True),
            C("note", "VARCHAR", "Remarks"),
        ),
        ("workload", "fact"),
        {"workload": "workloads"},
    ),
    Table(
        "kms_rules",
        "What an API does with a volume key, by workload and time; inherited rules are written out.",
        (
            WORKLOAD,
            VALID_FROM,
            VALID_TO,
            C(
                "rule_id",
                "VARCHAR",
                "Name of the curated rule; an inherited rule keeps the name it has in the other workload",
                required=True,
            ),
            _INHERITED_FROM,
            C("api_member", "VARCHAR", "API member that takes the key; NULL if there is none"),
            *(column.as_required() for column in _SINCE),
            C(
                "documentation",
                "VARCHAR",
                "documented, silent or no_parameter: what the reference says about local storage",
                required=True,
            ),
            C("outcome_without_local_storage", "VARCHAR", "Outcome for types without local storage", required=True),
            C(
                "outcome_without_local_storage_nitro",
                "VARCHAR",
                "Outcome for Nitro types without local storage, if it differs",
            ),
            C("outcome_with_local_storage", "VARCHAR", "Outcome for types with local storage", required=True),
            C("basis", "VARCHAR", "documented, observed or inferred", required=True),
            C("reason_without", "VARCHAR", "Reason given for types without local storage"),
            C("reason_without_nitro", "VARCHAR", "Reason given for Nitro types without local storage, if it differs"),
            C("reason_with", "VARCHAR", "Reason given for types with local storage"),
            C("url", "VARCHAR", "API reference", required=True),
            C("note", "VARCHAR", "Remarks"),
        ),
        ("workload", "valid_from"),
        {"workload": "workloads", "inherited_from": "workloads"},
    ),
    Table(
        "volume_size_rules",
        "What an API does with a volume size on types with local storage, by workload and time.",
        (
            WORKLOAD,
            VALID_FROM,
            VALID_TO,
            C("rule_id", "VARCHAR", "Name of the curated rule", required=True),
            _INHERITED_FROM,
            C("api_member", "VARCHAR", "API member that takes the size; NULL if there is none"),
            *(column.as_required() for column in _SINCE),
            C(
                "on_local_storage",
                "VARCHAR",
                "at_most_local_total, fixed_to_local_total, ebs_independent, no_parameter or undocumented",
                required=True,
            ),
            C("minimum_gb", "BIGINT", "Smallest EBS volume size", "GB"),
            C("maximum_gb", "BIGINT", "Largest EBS volume size", "GB"),
            C("default_gb", "BIGINT", "EBS volume size if the request gives none", "GB"),
            C("basis", "VARCHAR", "documented, observed or inferred", required=True),
            C("explanation", "VARCHAR", "The rule in one sentence", required=True),
            C("url", "VARCHAR", "API reference"),
            C("note", "VARCHAR", "Remarks"),
        ),
        ("workload", "valid_from"),
        {"workload": "workloads", "inherited_from": "workloads"},
    ),
    Table(
        "contradictions",
        "AWS statements that contradict a rule.",
        (
            C("contradiction_id", "VARCHAR", "Name of the statement", required=True),
            WORKLOAD,
            C("applies_to", "VARCHAR", "local_storage or any: types the statement is about", required=True),
            C("says_outcome", "VARCHAR", "Outcome that would follow from the statement", required=True),
            C("statement", "VARCHAR", "The statement in our words", required=True),
            C("source_title", "VARCHAR", "Page or document", required=True),
            C("url", "VARCHAR", "Address", required=True),
            C("seen_on", "DATE", "Day on which it was read", required=True),
            C("newer_side", "VARCHAR", "rule, contradiction or unknown: which is newer", required=True),
            C("note", "VARCHAR", "Remarks"),
        ),
        ("contradiction_id",),
        {"workload": "workloads"},
    ),
    Table(
        "kms_verdicts",
        "The answer now: what happens to a volume key for each instance type in each workload.",
        (INSTANCE_TYPE, WORKLOAD, VALID_FROM, *_VERDICT),
        ("instance_type", "workload"),
        {"instance_type": "instance_types", "workload": "workloads"},
    ),
    Table(
        "kms_verdicts_history",
        "The answer over time: one row per instance type, workload and period without a change.",
        (INSTANCE_TYPE, WORKLOAD, VALID_FROM, VALID_TO, *_VERDICT),
        ("instance_type", "workload", "valid_from"),
        {"instance_type": "instance_types", "workload": "workloads"},
    ),
)
