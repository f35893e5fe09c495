"""Tables about what happens to a key: workloads, rules, and the verdicts that follow from them."""

from __future__ import annotations

from kb.dataset.schema.core import Column as C
from kb.dataset.schema.core import Table

_TYPE = C("instance_type", "VARCHAR", "SageMaker instance type, such as ml.g5.xlarge", required=True)
_WORKLOAD = C("workload", "VARCHAR", "One way SageMaker runs instances; see the table workloads", required=True)
_FROM = C("valid_from", "DATE", "First day on which this held", required=True)
_TO = C("valid_to", "DATE", "Day from which it no longer held; NULL while it holds")

_WORKLOAD_FACTS = (
    C("ml_volume_mount", "VARCHAR", "Where the ML storage volume is mounted"),
    C("local_storage_mount", "VARCHAR", "Where local NVMe storage is mounted, on types that have it"),
    C("ml_volume_encryption_without_key", "VARCHAR", "What encrypts the ML storage volume when no key is given"),
    C("os_volume_encryption", "VARCHAR", "What encrypts the operating system volume"),
    C("local_storage_encryption", "VARCHAR", "What encrypts local NVMe storage"),
    C("is_storage_ephemeral", "BOOLEAN", "The storage goes away with the instance"),
    C("on_stop", "VARCHAR", "What stopping does to the data"),
    C("on_delete", "VARCHAR", "What deleting does to the data"),
    C("output_location", "VARCHAR", "Where output goes"),
    C("output_encryption", "VARCHAR", "How output is encrypted"),
    C("recommendation", "VARCHAR", "What to do when data must be under a customer key and the type has local storage"),
)

_OUTCOME_WORDS = "encrypts, rejected, not_applied, ebs_only, no_key_parameter, not_offered or unknown"

_VERDICT = (
    C("outcome", "VARCHAR", f"What becomes of a volume key: {_OUTCOME_WORDS}", required=True),
    C(
        "outcome_since",
        "DATE",
        "First day from which this outcome, whatever it rested on, held without a break",
        required=True,
    ),
    C(
        "all_storage_under_key",
        "BOOLEAN",
        "True only where the key covers all ML storage (outcome encrypts)",
        required=True,
    ),
    C("supports_volume_kms", "BOOLEAN", "A key can be used (encrypts, ebs_only); NULL where the outcome is unknown"),
    C("reason", "VARCHAR", "Why, in one sentence", required=True),
    C("basis", "VARCHAR", "documented, observed or inferred: what the outcome rests on; NULL where it is unknown"),
    C("basis_note", "VARCHAR", "Why it may be inferred, where it is"),
    C("rule_id", "VARCHAR", "Row of kms_rules that decides; NULL where no rule was needed"),
    C("api_member", "VARCHAR", "API member that the rule is about"),
    C("release", "VARCHAR", "botocore release in which the rule first stood so"),
    C("rule_since", "DATE", "Day of that release"),
    C("url", "VARCHAR", "Address of the rule's reference"),
    C(
        "volume_size_rule",
        "VARCHAR",
        "at_most_local_total, fixed_to_local_total, ebs_independent, no_parameter, ordinary or undocumented; NULL where not known",
    ),
    C("volume_size_limit_gb", "BIGINT", "Greatest volume size that may be requested, where a rule gives one", "GB"),
    C("volume_size_note", "VARCHAR", "The volume size rule in one sentence"),
    C("volume_size_url", "VARCHAR", "Address of the volume size rule's reference"),
    C(
        "contradictions",
        "VARCHAR",
        "Ids of the rows of contradictions that say otherwise, separated by spaces; NULL for none",
    ),
    C(
        "evidence_changed",
        "BOOLEAN",
        "A sentence on which the rule rests read otherwise at that time, and nobody has confirmed the rule since",
        required=True,
    ),
    C(
        "changed_sentences",
        "VARCHAR",
        "Ids of the rows of watched_sentences of which that is so, separated by spaces; NULL for none",
    ),
    C(
        "offering_basis",
        "VARCHAR",
        "api_enum, price_list or both; NULL where not offered or where the request names no type",
    ),
    C("offering_origin", "VARCHAR", "Release or list that shows the offer"),
    C("offered_since", "DATE", "Day from which it shows it"),
    C("storage_basis", "VARCHAR", "observed, carried_back or inferred: how has_instance_store is known"),
    C("storage_origin", "VARCHAR", "Origin of has_instance_store"),
    C("storage_observed_on", "DATE", "Day of that observation"),
    C("storage_url", "VARCHAR", "Address of that observation's source"),
)

VERDICT_TABLES: tuple[Table, ...] = (
    Table(
        "workloads",
        "The ways SageMaker runs instances: their requests, and where data lies and what encrypts it there.",
        (
            _WORKLOAD,
            C("title", "VARCHAR", "Name for people", required=True),
            C("operations", "VARCHAR", "API operations", required=True),
            C(
                "instance_type_paths",
                "VARCHAR",
                "Where the request names instance types, separated by |; behind an operation and a colon what only that one has; [?] is a list from which SageMaker picks; NULL where it names none",
            ),
            C("volume_kms_key_paths", "VARCHAR", "Where the request takes the volume key; NULL where it takes none"),
            C("volume_size_paths", "VARCHAR", "Where the request takes the volume size; NULL where it takes none"),
            C("enum_shape", "VARCHAR", "Enum of instance types; NULL where the request names none"),
            C("price_component", "VARCHAR", "Component of the price list; NULL where it has none of its own"),
            C("runs_as", "VARCHAR", "Workload as which this one demonstrably runs; NULL for its own"),
            C("runs_as_reason", "VARCHAR", "How that is known"),
            C("introduced_on", "DATE", "Day of the first botocore release with it", required=True),
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
        (_WORKLOAD, C("enum_shape", "VARCHAR", "Name of the enum in the API model", required=True), _FROM, _TO),
        ("workload", "valid_from"),
        {"workload": "workloads"},
    ),
    Table(
        "workload_facts",
        "The storage columns of the table workloads, one row each with its source.",
        (
            _WORKLOAD,
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
            _WORKLOAD,
            _FROM,
            _TO,
            C(
                "rule_id",
                "VARCHAR",
                "Name of the curated rule; an inherited one is that of the workload it runs as",
                required=True,
            ),
            C("inherited_from", "VARCHAR", "Workload whose rule applies because this one runs as it; NULL for its own"),
            C("api_member", "VARCHAR", "API member that takes the key; NULL where there is none"),
            C("release", "VARCHAR", "botocore release in which the rule first stood so", required=True),
            C("rule_since", "DATE", "Day of that release", required=True),
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
                "Outcome for Nitro types without local storage, where it differs",
            ),
            C("outcome_with_local_storage", "VARCHAR", "Outcome for types with local storage", required=True),
            C("basis", "VARCHAR", "documented, observed or inferred", required=True),
            C("reason_without", "VARCHAR", "Sentence for types without local storage"),
            C("reason_without_nitro", "VARCHAR", "Sentence for Nitro types without local storage, where it differs"),
            C("reason_with", "VARCHAR", "Sentence for types with local storage"),
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
            _WORKLOAD,
            _FROM,
            _TO,
            C("rule_id", "VARCHAR", "Name of the curated rule", required=True),
            C("inherited_from", "VARCHAR", "Workload whose rule applies because this one runs as it; NULL for its own"),
            C("api_member", "VARCHAR", "API member that takes the size; NULL where there is none"),
            C("release", "VARCHAR", "botocore release in which the rule first stood so", required=True),
            C("rule_since", "DATE", "Day of that release", required=True),
            C(
                "on_local_storage",
                "VARCHAR",
                "at_most_local_total, fixed_to_local_total, ebs_independent, no_parameter or undocumented",
                required=True,
            ),
            C("minimum_gb", "BIGINT", "Smallest EBS volume", "GB"),
            C("maximum_gb", "BIGINT", "Greatest EBS volume", "GB"),
            C("default_gb", "BIGINT", "EBS volume where no size is given", "GB"),
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
        "Statements of AWS that contradict a rule.",
        (
            C("contradiction_id", "VARCHAR", "Name of the statement", required=True),
            _WORKLOAD,
            C("applies_to", "VARCHAR", "local_storage or any: types the statement is about", required=True),
            C("says_outcome", "VARCHAR", "Outcome that would follow from the statement", required=True),
            C("statement", "VARCHAR", "The statement in our words", required=True),
            C("source_title", "VARCHAR", "Page or document", required=True),
            C("url", "VARCHAR", "Its address", required=True),
            C("seen_on", "DATE", "Day on which it was read", required=True),
            C("newer_side", "VARCHAR", "rule, contradiction or unknown: which is newer", required=True),
            C("note", "VARCHAR", "Remarks"),
        ),
        ("contradiction_id",),
        {"workload": "workloads"},
    ),
    Table(
        "kms_verdicts",
        "The answer now: what becomes of a volume key for each instance type in each workload.",
        (_TYPE, _WORKLOAD, _FROM, *_VERDICT),
        ("instance_type", "workload"),
        {"instance_type": "instance_types", "workload": "workloads"},
    ),
    Table(
        "kms_verdicts_history",
        "The answer over time: a row per instance type, workload and interval in which it did not change.",
        (_TYPE, _WORKLOAD, _FROM, _TO, *_VERDICT),
        ("instance_type", "workload", "valid_from"),
        {"instance_type": "instance_types", "workload": "workloads"},
    ),
)
