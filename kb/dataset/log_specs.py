"""The form of every observation log: its key columns, its facts, and the words that they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kb.dataset.schema import hardware

Key = tuple[str, ...]

#: Facts about storage, logged from every capture, with their SQL type.
STORAGE_FACTS: Mapping[str, str] = {column.name: column.type for column in hardware.STORAGE_FACTS}

#: Facts about everything else, logged from full captures only.
OTHER_FACTS: Mapping[str, str] = {column.name: column.type for column in hardware.OTHER_FACTS}

#: What EC2's documentation says about a type, with the same names as in the API where the words are the same.
GUIDE_FACTS: Mapping[str, str] = {
    name: STORAGE_FACTS[name]
    for name in (
        "hypervisor",
        "has_instance_store",
        "instance_store_encryption",
        "instance_store_gb",
        "instance_store_disks",
    )
} | {column.name: column.type for column in hardware.DOCUMENTED_FACTS}

#: The fact that says whether the source has the thing at all.
PRESENCE = "is_present"

#: In confirmations.csv and in the database: the place says nothing of what is watched any more.
ABSENT = "absent"

#: In the column `region`: every Region that was read says so.
ALL_REGIONS = "all"

#: Components of the price list, of which the packaged lists have four.
COMPONENTS = frozenset({"cluster", "hosting", "processing", "transform"})
PRICE_COMPONENTS = COMPONENTS | {"async_inference", "notebook", "studio", "training"}

#: What a service quota is a limit of.
QUOTA_USAGES = frozenset(
    {
        "cluster",
        "endpoint",
        "notebook",
        "processing",
        "spot_training",
        "studio",
        "training",
        "training_warm_pool",
        "transform",
    }
)


@dataclass(frozen=True)
class LogSpec:
    """The form of one observation log.

    Two kinds exist. A *listing* has no `facts`: a key is listed or not, its value is true or false, and it starts with
    true. A *fact log* has key columns (thing, fact), perhaps with a Region as the third: the fact `is_present` says
    whether the source has the thing, and the other facts hold text, a number or a boolean; an empty value means that
    the source does not say.

    Attributes:
        name: Name of the source and stem of the file.
        keys: Key columns, in sort order.
        value: The value column.
        facts: SQL type of every allowed fact (fact logs only).
        choices: Allowed values of a key column, where the set is closed.
        table: The table ``input_<table>`` in which the build puts the log together with the others of its kind; a
            column `source` names the log.
        is_required: Whether the log must exist. A source that was never read has no log, which counts as an empty one.
    """

    name: str
    keys: tuple[str, ...]
    value: str
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    table: str = field(kw_only=True)
    is_required: bool = field(default=False, kw_only=True)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in file order."""
        return ("observed_on", "origin", *self.keys, self.value)

    @property
    def is_listing(self) -> bool:
        """Whether the log only says listed or not listed."""
        return not self.facts

    def says_presence(self, key: Key) -> bool:
        """Whether the value of this key says that something is there or not, rather than what it is like."""
        return self.is_listing or key[1] == PRESENCE

    def path(self, data_dir: Path) -> Path:
        """The log's file below a data directory."""
        return data_dir / "observations" / f"{self.name}.csv"


SAGEMAKER_API = LogSpec(
    "sagemaker_api", ("enum_shape", "enum_value"), "is_listed", table="sagemaker_api", is_required=True
)
EC2_API_CAPTURE = LogSpec(
    "ec2_api_capture",
    ("ec2_type", "fact"),
    "value",
    facts={PRESENCE: "BOOLEAN", **STORAGE_FACTS, **OTHER_FACTS},
    table="hardware",
    is_required=True,
)
REGION_LISTS = LogSpec(
    "region_lists",
    ("component", "region", "instance_type"),
    "is_listed",
    choices={"component": COMPONENTS},
    table="region_lists",
    is_required=True,
)
#: Presence is per Region. Other facts stand under `all` where the Regions agree; where they do not, `all` is empty and
#: each Region has a row of its own.
EC2_API = LogSpec(
    "ec2_api",
    ("ec2_type", "fact", "region"),
    "value",
    facts={PRESENCE: "BOOLEAN", **STORAGE_FACTS, **OTHER_FACTS},
    table="hardware",
)
EC2_GUIDE = LogSpec(
    "ec2_guide", ("ec2_type", "fact"), "value", facts={PRESENCE: "BOOLEAN", **GUIDE_FACTS}, table="hardware"
)
#: `family` is a family ("m5") or, where the page names one size only, an EC2 type.
NITRO_PAGE = LogSpec(
    "nitro_page",
    ("family", "fact"),
    "value",
    facts={PRESENCE: "BOOLEAN", "nitro_version": GUIDE_FACTS["nitro_version"]},
    table="nitro_page",
)
PRICE_LIST = LogSpec(
    "price_list",
    ("component", "region", "instance_type"),
    "is_listed",
    choices={"component": PRICE_COMPONENTS},
    table="region_lists",
)
SERVICE_QUOTAS = LogSpec(
    "service_quotas",
    ("usage", "region", "instance_type"),
    "is_listed",
    choices={"usage": QUOTA_USAGES},
    table="service_quotas",
)
_FINGERPRINTS = {PRESENCE: "BOOLEAN", "fingerprint": "VARCHAR"}
#: Watched sentences in the documentation strings of the API model, and on AWS's pages.
SAGEMAKER_API_DOCS = LogSpec(
    "sagemaker_api_docs", ("sentence_id", "fact"), "value", facts=_FINGERPRINTS, table="sentences"
)
SAGEMAKER_DOCS = LogSpec("sagemaker_docs", ("sentence_id", "fact"), "value", facts=_FINGERPRINTS, table="sentences")

#: Every log by the name of its source, in the order in which the build loads them.
SPECS: Mapping[str, LogSpec] = {
    spec.name: spec
    for spec in (
        SAGEMAKER_API,
        REGION_LISTS,
        PRICE_LIST,
        SERVICE_QUOTAS,
        EC2_API_CAPTURE,
        EC2_API,
        EC2_GUIDE,
        NITRO_PAGE,
        SAGEMAKER_API_DOCS,
        SAGEMAKER_DOCS,
    )
}
