"""The history and verdict rules of the design once more, in plain Python over the rows of a `MiniData`.

Slow, literal and without SQL: for one day at a time, what each source said last.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.pipeline.mini import LAUNCH, Cells, MiniData

#: Facts that a new size may take from its family.
FAMILY_FACTS = ("hypervisor", "is_bare_metal", "has_instance_store", "nvme_support", "instance_store_encryption")
#: Facts that stay unknown before the first observation of local storage if they were first reported after it.
STORAGE_FACTS = (*FAMILY_FACTS, "instance_store_gb", "instance_store_disks")
#: Best first.
SOURCES = ("ec2_api_capture", "curated")


@dataclass(frozen=True)
class Fact:
    """A value on a day, how it is known, and the sources that said it on that day."""

    value: str | None
    basis: str | None = None
    sources: tuple[str, ...] = ()


class Reference:
    """Answers by day, as ISO text."""

    def __init__(self, data: MiniData) -> None:
        self.data = data
        self._said: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        for (on, ec2_type, fact), (_, value) in data.rows["ec2_api_capture"].items():
            self._said.setdefault((ec2_type, fact), {}).setdefault("ec2_api_capture", {})[on] = value
        for row in data.curated["hardware"]:
            said = self._said.setdefault((row["ec2_type"], row["fact"]), {})
            said.setdefault("curated", {})[row["observed_on"]] = row["value"]
        self.first_seen = self._first_seen()

    # -- listings -----------------------------------------------------------------------------------------------------

    def in_enum(self, shape: str, name: str, on: str) -> bool:
        """Whether the enum had the value on a day."""
        return self._listed("sagemaker_api", (shape, name), on)

    def in_lists(self, component: str, name: str, on: str) -> bool:
        """Whether any Region list of a component had the type on a day."""
        keys = {key[1:] for key in self.data.rows["region_lists"] if key[1] == component and key[3] == name}
        return any(self._listed("region_lists", key, on) for key in keys)

    def status(self, name: str, on: str) -> str:
        """What the lists said about the type as a whole."""
        if self.fact(name, "is_present", on).value == "false":
            return "retired"
        if any(self.in_enum(shape, name, on) for shape in {key[1] for key in self.data.rows["sagemaker_api"]}):
            return "listed"
        if any(self.in_lists(component, name, on) for component in {key[1] for key in self.data.rows["region_lists"]}):
            return "price_list_only"
        return "delisted"

    def _listed(self, log: str, key: tuple[str, ...], on: str) -> bool:
        days = [row[0] for row in self.data.rows[log] if row[1:] == key and row[0] <= on]
        return bool(days) and self.data.rows[log][max(days), *key][1] == "true"

    def _first_seen(self) -> dict[str, str]:
        first: dict[str, str] = {}
        for log in ("sagemaker_api", "region_lists"):
            for (on, *key), (_, value) in self.data.rows[log].items():
                if value == "true" and key[-1].startswith("ml."):
                    first[key[-1]] = min(on, first.get(key[-1], on))
        return first

    # -- hardware -----------------------------------------------------------------------------------------------------

    def fact(self, name: str, fact: str, on: str) -> Fact:
        """What was known about a type on a day on which it was listed already."""
        ec2_type = name.removeprefix("ml.")
        if not any(key[0] == ec2_type for key in self._said):
            return self._from_family(name, fact)
        first = self._first_said(ec2_type, fact)
        if first is None:
            return Fact(None)
        if on >= first:
            return self._resolved(ec2_type, fact, on, "observed")
        storage = self._first_said(ec2_type, "has_instance_store")
        if fact in STORAGE_FACTS and (storage is None or first > storage):
            return Fact(None)
        return self._resolved(ec2_type, fact, first, "carried_back")

    def _first_said(self, ec2_type: str, fact: str) -> str | None:
        return min((day for said in self._said.get((ec2_type, fact), {}).values() for day in said), default=None)

    def _resolved(self, ec2_type: str, fact: str, on: str, basis: str) -> Fact:
        standing: dict[str, str] = {}
        for source, said in self._said.get((ec2_type, fact), {}).items():
            days = [day for day in said if day <= on]
            if days and said[max(days)]:
                standing[source] = said[max(days)]
        for source in SOURCES:
            if source in standing:
                agreeing = tuple(name for name, value in standing.items() if value == standing[source])
                return Fact(standing[source], basis, agreeing)
        return Fact(None)

    def _from_family(self, name: str, fact: str) -> Fact:
        if fact not in FAMILY_FACTS:
            return Fact(None)
        family = name.split(".")[1]
        sizes = [other for other in self.first_seen if other.split(".")[1] == family]
        described = [
            size for size in sizes if any((size.removeprefix("ml."), each) in self._said for each in FAMILY_FACTS)
        ]
        values = {self._resolved(size.removeprefix("ml."), fact, "9999-12-31", "").value for size in described}
        if len(values) == 1 and None not in values:
            return Fact(values.pop(), "inferred", ("family",))
        return Fact(None)

    # -- verdicts -----------------------------------------------------------------------------------------------------

    def rule(self, table: str, workload: str, on: str, inherit_column: str) -> Cells | None:
        """The row that held on a day; that of the workload it runs as where it says so."""
        rows = [row for row in self.data.curated[table] if row["workload"] == workload and row["effective_from"] <= on]
        if not rows:
            return None
        row = max(rows, key=lambda each: each["effective_from"])
        if row[inherit_column] == "inherit":
            return self.rule(table, self._workload(workload)["runs_as"], on, inherit_column)
        return row

    def outcome(self, name: str, workload: str, on: str) -> str:
        """The verdict's outcome: what happens to a key for this type in this workload, as known on that day."""
        place = self._workload(workload)
        if on < place["introduced_on"]:
            return "not_offered"
        rule = self.rule("kms_rules", workload, on, "outcome_with_local_storage")
        has_no_key = rule is not None and rule["documentation"] == "no_parameter"
        if not place["enum_shape"]:
            return "no_key_parameter" if has_no_key else "unknown"
        if not self.is_offered(name, workload, on):
            return "not_offered"
        if rule is None:
            return "unknown"
        return "no_key_parameter" if has_no_key else self._by_storage(name, rule, on)

    def is_offered(self, name: str, workload: str, on: str) -> bool:
        """Whether the API or a price list had the type for the workload."""
        place = self._workload(workload)
        shape = place["enum_shape"]
        for former in self.data.curated["former_enums"]:
            if former["workload"] == workload and former["used_from"] <= on < former["used_to"]:
                shape = former["enum_shape"]
        component = place["price_component"]
        if not component and place["runs_as"]:
            component = self._workload(place["runs_as"])["price_component"]
        return self.in_enum(shape, name, on) or bool(component and self.in_lists(component, name, on))

    def _by_storage(self, name: str, rule: Cells, on: str) -> str:
        local = self.fact(name, "has_instance_store", on).value
        if local is None:
            return "unknown"
        if local == "true":
            return rule["outcome_with_local_storage"]
        if rule["outcome_without_local_storage_nitro"]:
            hypervisor = self.fact(name, "hypervisor", on).value
            if hypervisor is None:
                return "unknown"
            if hypervisor == "nitro":
                return rule["outcome_without_local_storage_nitro"]
        return rule["outcome_without_local_storage"]

    def _workload(self, name: str) -> Cells:
        return next(row for row in self.data.curated["workloads"] if row["workload"] == name)


def days_of_interest(data: MiniData) -> list[str]:
    """Every day on which any input says something, and the launch."""
    days = {LAUNCH, *(key[0] for rows in data.rows.values() for key in rows)}
    for table, column in (("hardware", "observed_on"), ("kms_rules", "effective_from"), ("workloads", "introduced_on")):
        days.update(row[column] for row in data.curated[table])
    days.update(row[column] for row in data.curated["former_enums"] for column in ("used_from", "used_to"))
    return sorted(days)
