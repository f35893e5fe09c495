"""EC2 hardware facts from the live API: DescribeInstanceTypes and DescribeInstanceTypeOfferings, Region by Region.

A type is present in a Region that offers it. Its other facts are those of its record in the Regions that offer it, and
stand in the log under `all` as long as no two Regions contradict each other. Where they do, `all` is empty and each
Region has a row of its own, until they agree again: nobody tosses a coin.

A Region that was not read (it failed, was not asked for, is in another partition, or is no longer enabled) keeps what
the log says of it and is just no longer verified. Its last word still counts: where the Regions that were read say
something new, the fact is contested until the others are read too.

A record that does not mention a fact contradicts nobody. Only where the Regions disagree on what the fact depends on
(the model of a GPU, on whether there is a GPU) is silence an answer too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.dataset.log_specs import ALL_REGIONS, EC2_API, OTHER_FACTS, PRESENCE, STORAGE_FACTS
from scrapers.base import Document, Remark, Rows, ScrapeError, ignore
from scrapers.ec2.records import other_facts, storage_facts
from scrapers.reading import aws, jsontree
from scrapers.reading.jsontree import Node
from scrapers.wanted import only_wanted

TYPES, OFFERINGS = "DescribeInstanceTypes", "DescribeInstanceTypeOfferings"

#: Entries per page, the most that each call gives.
PAGE_SIZES = {TYPES: 100, OFFERINGS: 1000}

_ARGUMENTS: Mapping[str, Mapping[str, str]] = {TYPES: {}, OFFERINGS: {"LocationType": "region"}}
_MEMBERS = {TYPES: "InstanceTypes", OFFERINGS: "InstanceTypeOfferings"}
_EC2_TYPE = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
_FACTS = (*STORAGE_FACTS, *OTHER_FACTS)

#: Facts that a record only mentions if another one says so.
_DEPENDS_ON: Mapping[str, str] = {
    "nvme_support": "has_instance_store",
    "instance_store_encryption": "has_instance_store",
    "instance_store_disks": "has_instance_store",
    "gpu_name": "gpu_count",
    "gpu_manufacturer": "gpu_count",
    "gpu_partition_size": "gpu_count",
    "gpu_memory_gib": "gpu_count",
    "accelerator_name": "accelerator_count",
    "accelerator_memory_gib": "accelerator_count",
}


class Ec2Api(aws.LiveApi):
    """Hardware facts of EC2 types, and the Regions that offer them."""

    title = "EC2 API: storage and other hardware facts, and the Regions that offer each type"
    log = EC2_API
    service, api = "ec2", "EC2 API"

    def ask(self, client: Any, region: str) -> tuple[Document, ...]:
        """The types of a Region, and those that it offers."""
        return tuple(
            aws.listing(client, region, call, member=_MEMBERS[call], key="InstanceType", size=size, **_ARGUMENTS[call])
            for call, size in PAGE_SIZES.items()
        )

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (ec2_type, fact, region) of one Region; an empty value means that the record does not say.

        Raises:
            ScrapeError: Not JSON, another Region than the name says, no entries, a type twice, a record of another
                structure, an unknown word, or disks that do not add up.
        """
        call, region = aws.region_of(document, TYPES, OFFERINGS)
        root = jsontree.load(document)
        root["Region"].one_of(region)
        rows: Rows = {}
        names: set[str] = set()
        for entry in root[_MEMBERS[call]].elements():
            ec2_type = entry["InstanceType"].text()
            if ec2_type in names:
                entry["InstanceType"].fail(f"{ec2_type} occurs twice")
            names.add(ec2_type)
            if not _EC2_TYPE.fullmatch(ec2_type):
                remark(f"EC2 type {ec2_type!r} has a name of no known form")
            facts = {**storage_facts(entry), **other_facts(entry)} if call == TYPES else _offering(entry, region)
            rows.update({(ec2_type, fact, region): value for fact, value in facts.items()})
        return rows

    def merge(self, parsed: Mapping[str, Rows], state: Rows, remark: Remark = ignore) -> Rows:
        """Put the Regions together: presence per Region, facts once where no Region contradicts another.

        Raises:
            ScrapeError: A Region with one document only, or a fact that no record states although the log has it
                (which would mean that its member was renamed), or that neither ever stated.
        """
        regions = _regions(parsed)
        _remark_mismatches(regions, remark)
        known = _Known(state)
        rows: Rows = {(name, PRESENCE, region): "true" for region, seen in regions.items() for name in seen.offered}
        stated: set[str] = set()
        here: set[str] = set()
        for ec2_type in sorted({name for seen in regions.values() for name in seen.offered}):
            told = {
                region: seen.facts[ec2_type]
                for region, seen in regions.items()
                if ec2_type in seen.offered and ec2_type in seen.facts
            }
            if not told:
                continue
            here.add(ec2_type)
            stated.update(fact for facts in told.values() for fact, value in facts.items() if value)
            unread = known.present[ec2_type] - regions.keys()
            told |= {region: known.facts_in(ec2_type, region) for region in unread}
            rows.update(_resolved(ec2_type, told, known))
        for fact in sorted(set(_FACTS) - stated):
            known.refuse_silence(fact, here)
        return rows

    def rows_seen(self, rows: Rows) -> int:
        """The number of EC2 types in the document."""
        return len({key[0] for key in rows})

    selector = staticmethod(only_wanted)


def _offering(offering: Node, region: str) -> dict[str, str]:
    offering["LocationType"].one_of("region")
    offering["Location"].one_of(region)
    return {PRESENCE: "true"}


@dataclass
class _Seen:
    """What one Region showed: which types it offers, and the facts of those that it describes."""

    offered: set[str] = field(default_factory=set)
    facts: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


def _regions(parsed: Mapping[str, Rows]) -> dict[str, _Seen]:
    regions: dict[str, _Seen] = defaultdict(_Seen)
    for name, rows in parsed.items():
        call, region = aws.region_of(Document(name, b""), TYPES, OFFERINGS)
        seen = regions[region]
        for (ec2_type, fact, _), value in rows.items():
            if call == OFFERINGS:
                seen.offered.add(ec2_type)
            else:
                seen.facts[ec2_type][fact] = value
    missing = {f"{call}/{region}.json" for call in (TYPES, OFFERINGS) for region in regions} - parsed.keys()
    if missing:
        raise ScrapeError(min(missing), "missing", "Read the Region again.")
    return dict(sorted(regions.items()))


def _remark_mismatches(regions: Mapping[str, _Seen], remark: Remark) -> None:
    for region, seen in regions.items():
        for names, words in (
            (seen.facts.keys() - seen.offered, "described but not offered, and left out"),
            (seen.offered - seen.facts.keys(), "offered but not described"),
        ):
            if names:
                shown = ", ".join(sorted(names)[:5]) + ", ..." * (len(names) > 5)
                remark(f"{region}: {len(names)} EC2 types are {words}: {shown}")


class _Known:
    """What the log says so far, in the order in which it is asked for.

    Attributes:
        present: The Regions that have each type.
        own: The Regions that have a row of their own for a type's fact.
    """

    def __init__(self, state: Rows) -> None:
        self._state = state
        self.present: dict[str, set[str]] = defaultdict(set)
        self.own: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._stated: dict[str, set[str]] = defaultdict(set)
        for (ec2_type, fact, region), value in state.items():
            if fact == PRESENCE:
                if value == "true":
                    self.present[ec2_type].add(region)
            elif value:
                self._stated[fact].add(ec2_type)
                if region != ALL_REGIONS:
                    self.own[ec2_type, fact].add(region)

    def facts_in(self, ec2_type: str, region: str) -> dict[str, str]:
        """The last word on a type in a Region."""
        return {
            fact: self._state.get((ec2_type, fact, ALL_REGIONS)) or self._state.get((ec2_type, fact, region), "")
            for fact in _FACTS
        }

    def refuse_silence(self, fact: str, ec2_types: set[str]) -> None:
        """Refuse that no record states a fact, unless the log has it of types only that are not here.

        Raises:
            ScrapeError: The log has the fact of types that are here, or never had it.
        """
        stated = self._stated.get(fact, set())
        silent = stated & ec2_types
        if silent:
            raise ScrapeError(
                TYPES,
                f"no record states {fact}, which the log has of {len(silent)} of the types ({min(silent)})",
                "Compare the answers with the scraper; nothing was written.",
            )
        if not stated:
            raise ScrapeError(
                TYPES,
                f"no record states {fact}, and the log never had it",
                "Let the first reading be one of all Regions; if it was, compare the answers with the scraper.",
            )


def _resolved(ec2_type: str, told: Mapping[str, Mapping[str, str]], known: _Known) -> Rows:
    """The rows of one type's facts, from what each Region says of it."""
    contested = {fact for fact in _FACTS if len({facts[fact] for facts in told.values()} - {""}) > 1}
    contested |= {
        fact
        for fact, other in _DEPENDS_ON.items()
        if other in contested and len({facts[fact] for facts in told.values()}) > 1
    }
    rows: Rows = {}
    for fact in _FACTS:
        rows.update({(ec2_type, fact, region): "" for region in known.own[ec2_type, fact]})
        if fact in contested:
            rows[ec2_type, fact, ALL_REGIONS] = ""
            rows.update({(ec2_type, fact, region): facts[fact] for region, facts in told.items()})
        else:
            rows[ec2_type, fact, ALL_REGIONS] = max(facts[fact] for facts in told.values())
    return rows
