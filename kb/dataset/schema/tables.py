"""The tables of the database, in the order in which a reader would open them."""

from __future__ import annotations

from kb.dataset.schema.core import INSTANCE_TYPE, VALID_FROM, VALID_TO, WORKLOAD, Table
from kb.dataset.schema.core import Column as C
from kb.dataset.schema.evidence import EVIDENCE_TABLES
from kb.dataset.schema.hardware import DOCUMENTED_FACTS, OTHER_FACTS, STORAGE_FACTS
from kb.dataset.schema.verdicts import VERDICT_TABLES

SOURCE = C("source", "VARCHAR", "Where an observation came from; see the table sources", required=True)
ORIGIN = C("origin", "VARCHAR", "Package and version, URL, or API and Region that showed it")

_NAMES = (
    INSTANCE_TYPE,
    C("family", "VARCHAR", "Family part of the name, such as g5", required=True),
    C("size", "VARCHAR", "Size part of the name, such as xlarge", required=True),
    C("ec2_type", "VARCHAR", "The EC2 type of the same name; NULL if EC2 has none"),
    C(
        "kind",
        "VARCHAR",
        "instance, accelerator (Elastic Inference, attached to another instance) or managed (no EC2 counterpart)",
        required=True,
    ),
)
_STATUS = C(
    "status",
    "VARCHAR",
    "listed (an API enum has it), retired (EC2 no longer has it), price_list_only, or delisted",
    required=True,
)
_STORAGE = (
    C("is_nitro", "BOOLEAN", "Runs on the Nitro hypervisor; NULL if the hypervisor is not known"),
    C(
        "is_kms_eligible",
        "BOOLEAN",
        "No local storage, so a key can cover all of it; NULL if not known",
    ),
    C("local_storage", "VARCHAR", "The local storage in words: 'none', '1 x 250 GB NVMe SSD'; NULL if not known"),
)
_STORAGE_EVIDENCE = (
    C(
        "storage_basis",
        "VARCHAR",
        "observed, carried_back (observed only later), inferred (from its family), or contested (it depends on the Region, so has_instance_store is NULL); NULL if not known",
    ),
    C("storage_source", "VARCHAR", "Source of has_instance_store, or family if it is inferred from the family"),
    C("storage_origin", "VARCHAR", "Exact origin of has_instance_store"),
    C("storage_observed_on", "DATE", "First day on which that source showed this value of has_instance_store"),
    C("storage_url", "VARCHAR", "Address of that source"),
)
_TYPE_FACTS = (_STATUS, *_STORAGE, *STORAGE_FACTS, *DOCUMENTED_FACTS, *OTHER_FACTS, *_STORAGE_EVIDENCE)

TABLES: tuple[Table, ...] = (
    Table(
        "instance_types",
        "Every ml.* instance type that any source lists: one row per type, with all facts as known now.",
        (
            *_NAMES,
            *_TYPE_FACTS,
            C("explanation", "VARCHAR", "What the name stands for, if it has no EC2 counterpart"),
            C(
                "first_seen",
                "DATE",
                "First day on which the SageMaker API or price list showed the type",
                required=True,
            ),
            C("last_seen", "DATE", "Last day on which the SageMaker API or price list showed it", required=True),
            C("retired_on", "DATE", "First day on which EC2's list lacked the type; NULL while EC2 has it"),
            C("last_verified", "DATE", "Last day on which a hardware source showed the type; NULL if none did"),
        ),
        ("instance_type",),
    ),
    Table(
        "instance_types_history",
        "What was known about each type over time: one row per type and period without a change.",
        (INSTANCE_TYPE, VALID_FROM, VALID_TO, *_TYPE_FACTS),
        ("instance_type", "valid_from"),
        {"instance_type": "instance_types"},
    ),
    Table(
        "instance_store_disks",
        "Local disks of each type, as known now: one row per group of equal disks.",
        (
            INSTANCE_TYPE,
            C("disk_group", "INTEGER", "Number of the group, from 1", required=True),
            C("disk_count", "INTEGER", "Disks in the group", "count", required=True),
            C("disk_size_gb", "BIGINT", "Size of one disk", "GB", required=True),
            C("disk_type", "VARCHAR", "ssd or hdd", required=True),
        ),
        ("instance_type", "disk_group"),
        {"instance_type": "instance_types"},
    ),
    Table(
        "nearest_types",
        "For each type with local storage, the types without it that come near, and the type itself at distance 0: same kind of accelerator, a common architecture, half to four times as much of everything but the clock. kb.alternatives says how the distance is calculated.",
        (
            INSTANCE_TYPE,
            C("nearest_type", "VARCHAR", "A type without local storage, or the type itself", required=True),
            C(
                "distance",
                "DOUBLE",
                "How much the hardware differs; 0 if nothing that is compared differs",
                required=True,
            ),
        ),
        ("instance_type", "nearest_type"),
        {"instance_type": "instance_types", "nearest_type": "instance_types"},
    ),
    *VERDICT_TABLES,
    *EVIDENCE_TABLES,
    Table(
        "enum_members",
        "The values of every instance-type enum of the SageMaker API, over time.",
        (
            C("enum_shape", "VARCHAR", "Name of the enum in the API model", required=True),
            C("enum_value", "VARCHAR", "The value, usually an ml.* type", required=True),
            VALID_FROM,
            VALID_TO,
            ORIGIN,
        ),
        ("enum_shape", "enum_value", "valid_from"),
    ),
    Table(
        "offerings",
        "Where each type is offered now, by type, workload and Region. Region is NULL if only an API enum lists the type, because enums name no Region.",
        (
            INSTANCE_TYPE,
            WORKLOAD,
            C("region", "VARCHAR", "AWS Region; NULL if only the API enum lists the type"),
            C("basis", "VARCHAR", "api_enum, price_list or both", required=True),
            C("api_since", "DATE", "Day on which the API enum added it; NULL if the enum lacks it"),
            C(
                "priced_since",
                "DATE",
                "First day on which this Region's price list had it; NULL if it lacks it",
            ),
        ),
        ("instance_type", "workload", "region"),
        {"instance_type": "instance_types", "workload": "workloads"},
    ),
    Table(
        "region_listings",
        "Types in the price list, by component and Region, over time. AWS's own list counts from the day on which it was first read; before that, the packaged lists made from it.",
        (
            C("component", "VARCHAR", "Component of the price list; workloads.price_component names it", required=True),
            C("region", "VARCHAR", "AWS Region", required=True),
            INSTANCE_TYPE,
            VALID_FROM,
            VALID_TO,
            SOURCE,
            ORIGIN,
        ),
        ("component", "region", "instance_type", "valid_from"),
        {"instance_type": "instance_types", "source": "sources"},
    ),
    Table(
        "observations",
        "What each source says or said: one row per statement and the period in which it stood.",
        (
            C(
                "subject",
                "VARCHAR",
                "EC2 type for hardware facts, watched sentence for a fingerprint, otherwise the ml.* type or enum value",
                required=True,
            ),
            C(
                "fact",
                "VARCHAR",
                "Name of the fact: a hardware column, is_present, in_api_enum, in_price_list, has_quota or fingerprint",
                required=True,
            ),
            C(
                "scope",
                "VARCHAR",
                "Enum for in_api_enum, component/Region for in_price_list, usage/Region for has_quota, Region if the source covers only one; otherwise empty",
                required=True,
                may_be_empty=True,
            ),
            SOURCE,
            C("value", "VARCHAR", "The value as text; NULL if the source stopped saying it"),
            VALID_FROM,
            VALID_TO,
            ORIGIN,
        ),
        ("subject", "fact", "scope", "source", "valid_from"),
        {"source": "sources"},
    ),
    Table(
        "conflicts",
        "Where sources disagree now: hardware facts with different values (also within one source, between Regions), and AWS pages that contradict a rule.",
        (
            C("subject", "VARCHAR", "EC2 type or workload", required=True),
            C("fact", "VARCHAR", "Hardware column, or volume_kms for a rule", required=True),
            C("chosen_source", "VARCHAR", "Source whose statement this database uses", required=True),
            C("chosen_value", "VARCHAR", "The statement used; unknown if the Regions disagree", required=True),
            C("other_source", "VARCHAR", "Source that disagrees", required=True),
            C("other_value", "VARCHAR", "What it says", required=True),
            C("newer", "VARCHAR", "chosen, other or unknown: which statement is newer", required=True),
            C("explanation", "VARCHAR", "The disagreement in words"),
            C("url", "VARCHAR", "Address of the statement that disagrees"),
        ),
        ("subject", "fact", "other_source"),
    ),
    Table(
        "name_heuristic",
        "What the name rule of the SageMaker Python SDK answers for each type, next to the evidence.",
        (
            INSTANCE_TYPE,
            C("sdk_supports_kms", "BOOLEAN", "What the SDK's rule answers", required=True),
            C("sdk_matched", "VARCHAR", "The part of the rule that matched; NULL if none did"),
            C(
                "is_kms_eligible",
                "BOOLEAN",
                "No local storage, so a key can cover all of it, according to the evidence; NULL if not known",
            ),
            C("is_right", "BOOLEAN", "Whether the rule agrees with the evidence; NULL if the evidence does not say"),
            C(
                "error",
                "VARCHAR",
                "accepts_local_storage or refuses_without_local_storage; NULL if the rule is right or the evidence does not say",
            ),
            C("sdk_release", "VARCHAR", "Release of the SDK that the rule was read from", required=True),
        ),
        ("instance_type",),
        {"instance_type": "instance_types"},
    ),
    Table(
        "iam_condition_keys",
        "Which IAM condition keys each SageMaker action supports.",
        (
            C("action", "VARCHAR", "Action of the service sagemaker", required=True),
            C(
                "has_volume_kms_key",
                "BOOLEAN",
                "Supports sagemaker:VolumeKmsKey, which AWS's reference of 2026-08-25 replaces with sagemaker:VolumeKmsKeyArn",
                required=True,
            ),
            C("has_instance_types", "BOOLEAN", "Supports sagemaker:InstanceTypes", required=True),
            C("has_output_kms_key", "BOOLEAN", "Supports sagemaker:OutputKmsKey", required=True),
            C("workload", "VARCHAR", "Workload that the action starts; NULL for none"),
            C("url", "VARCHAR", "Address of the source", required=True),
            C("seen_on", "DATE", "Day on which it was read", required=True),
        ),
        ("action",),
        {"workload": "workloads"},
    ),
    Table(
        "sources",
        "The sources of the data, with licence and precedence.",
        (
            SOURCE,
            C("title", "VARCHAR", "Name of the source", required=True),
            C("kind", "VARCHAR", "What it is about: hardware, listing, rules or curated", required=True),
            C("precedence", "INTEGER", "For hardware facts: the lowest number wins; NULL for other sources"),
            C("licence", "VARCHAR", "Licence of what was read", required=True),
            C("url", "VARCHAR", "Address", required=True),
            C("needs", "VARCHAR", "What you need to read it", required=True),
            C("log_file", "VARCHAR", "Its log under data/; present once the source has been read"),
            C("note", "VARCHAR", "Remarks"),
        ),
        ("source",),
    ),
    Table(
        "scrapes",
        "Every document that was read: when, from where, its digest, and how many rows it had and how many were new.",
        (
            C("observed_on", "DATE", "Day that the document describes", required=True),
            SOURCE,
            C("origin", "VARCHAR", "Package and version, URL, or API and Region", required=True),
            C("document", "VARCHAR", "Document within the origin", required=True),
            C("url", "VARCHAR", "Address; NULL for documents of a package"),
            C("sha256", "VARCHAR", "SHA-256 of the document, uncompressed"),
            C("rows_seen", "BIGINT", "Rows found in it", "count", required=True),
            C("rows_changed", "BIGINT", "Rows that were new or different", "count", required=True),
        ),
        ("observed_on", "source", "origin", "document"),
        {"source": "sources"},
    ),
    Table(
        "versions",
        "Every data version: a day on which an observation or rule changed something.",
        (
            C("version", "VARCHAR", "CalVer of the day, such as 2026.06.10", required=True),
            C("released_on", "DATE", "The day", required=True),
            C("changes", "BIGINT", "Rows in the table changes", "count", required=True),
            C("summary", "VARCHAR", "What changed, counted by kind", required=True),
        ),
        ("version",),
    ),
    Table(
        "changes",
        "What changed in each data version, one row per change.",
        (
            C("version", "VARCHAR", "Data version with the change", required=True),
            C("changed_on", "DATE", "Day of the change", required=True),
            C(
                "kind",
                "VARCHAR",
                "type_added, fact, listing, region, rule, volume_size_rule, verdict, evidence (a watched sentence changed), facts_added (first facts about listed types) or source_added",
                required=True,
            ),
            C("instance_type", "VARCHAR", "Instance type, or empty", required=True, may_be_empty=True),
            C("workload", "VARCHAR", "Workload, or empty", required=True, may_be_empty=True),
            C("what", "VARCHAR", "Column, enum, Region, watched sentence, or source that changed", required=True),
            C("old_value", "VARCHAR", "Value before; NULL if there was none"),
            C("new_value", "VARCHAR", "Value after; NULL if there is none"),
            C("origin", "VARCHAR", "Origin of the change"),
        ),
        ("version", "kind", "instance_type", "workload", "what"),
        {"version": "versions"},
    ),
    Table(
        "build_info",
        "About this file: schema version, data version, digest of every input.",
        (
            C("name", "VARCHAR", "Name of the item", required=True),
            C("value", "VARCHAR", "Its value", required=True),
        ),
        ("name",),
    ),
    Table(
        "check_exceptions",
        "Accepted exceptions to the data checks, each with a reason.",
        (
            C("check_name", "VARCHAR", "Name of the check", required=True),
            C("subject", "VARCHAR", "Row that is accepted, as the check names it", required=True),
            C("reason", "VARCHAR", "Why it is accepted", required=True),
            C("added_on", "DATE", "Day on which it was accepted", required=True),
        ),
        ("check_name", "subject"),
    ),
)
