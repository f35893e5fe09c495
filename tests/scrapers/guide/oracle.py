"""What a page truly says, read from its model and not from its HTML.

The rules are those of a careful reader, written down apart from the parser: what a cell is about is what the header
above it says; a fact is stated only where every table that bears on it says its part exactly once and no other one
contradicts it. Where that is not so, nothing is stated, and any value that is reported is a wrong fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.dataset.log_specs import PRESENCE, Key
from tests.scrapers.guide.figures import Tabs
from tests.scrapers.guide.model import PageModel, Table
from tests.scrapers.guide.pages import I3_NOTE

Truth = dict[Key, str]
#: What a cell says: a word and values; empty where it says nothing.
Words = tuple[Any, ...]


def truth(page: PageModel) -> Truth:
    """Everything that a page with tables states; facts that it does not state are left out."""
    if page.name == "InstanceStorage.html":
        return _former(page)
    stated: Truth = {}
    families = dict(_families(page))
    for names in families.values():
        for name in names:
            stated[name, PRESENCE] = "true"
    for name, facts in _platforms(page, families).items():
        stated |= {(name, fact): value for fact, value in facts.items() if value}
    for name in {name for name, _ in stated}:
        stated |= {(name, fact): value for fact, value in _storage(page, name).items() if value}
    return stated


def nitro_truth(virtualized: Tabs, bare_metal: Tabs) -> Truth:
    """Everything that the Nitro page states: a version for each family with virtualized types, and for each type."""
    stated: Truth = {}
    for tabs, is_virtualized in ((virtualized, True), (bare_metal, False)):
        for name in {name for categories in tabs.values() for names in categories.values() for name in names}:
            versions = {version for both in (virtualized, bare_metal) for version in _versions(both, name)}
            if (is_virtualized or "." in name) and len(versions) == 1:
                stated[name.lower(), PRESENCE] = "true"
                stated[name.lower(), "nitro_version"] = str(min(versions))
    return stated


def _versions(tabs: Tabs, name: str) -> set[int]:
    return {version for version, categories in tabs.items() if any(name in names for names in categories.values())}


def same(reported: Truth, stated: Truth) -> tuple[set[Key], set[Key]]:
    """Keys that are reported otherwise than stated, and keys that are stated and not reported."""
    wrong = {key for key, value in reported.items() if value and stated.get(key) != value}
    lost = {key for key in stated if reported.get(key, "") == ""}
    return wrong, lost


def _tables(page: PageModel, end: str) -> list[Table]:
    identities = (f"{page.title_id}_{end}", f"{page.title_id}-{end}")
    return [table for section in page.sections if section.identity in identities for table in section.tables]


def _column(table: Table, names: tuple[str, ...]) -> int | None:
    """Position of the one column of these names."""
    found = [number for number, cell in enumerate(table.header) if cell.says and cell.says[1] in names]
    return found[0] if len(found) == 1 else None


def _rows(table: Table, *columns: tuple[str, ...]) -> Iterator[tuple[str, list[Words]]]:
    """The family above each whole row, and what its cells in some columns say."""
    positions = [_column(table, names) for names in columns]
    for above, row in table.families():
        if len(row) == len(table.header):
            yield above, [() if position is None else row[position].says or () for position in positions]


def _families(page: PageModel) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Types by family, in so far as each stands in one row."""
    rows: dict[str, list[tuple[str, ...]]] = {}
    columns = (("instance family", "instance type"), ("available instance types", "available sizes"))
    for table in _tables(page, "sizes"):
        for _, (label, names) in _rows(table, *columns):
            if label[:1] == ("family",) and names[:1] == ("types",):
                rows.setdefault(label[1], []).append(names[1])
    for family, found in rows.items():
        if len(found) == 1:
            yield family, found[0]


def _platforms(page: PageModel, families: dict[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    rows: dict[str, list[tuple[Words, Words]]] = {}
    columns = (("instance family", "instance type"), ("hypervisor",), ("metal instances available",))
    for table in _tables(page, "summary"):
        for _, (label, hypervisor, metal) in _rows(table, *columns):
            if label[:1] == ("family",):
                rows.setdefault(label[1], []).append((hypervisor, metal))
    notes = [note for section in page.sections if section.identity.endswith("summary") for note in section.notes]
    found: dict[str, dict[str, str]] = {}
    for family, names in families.items():
        if len(rows.get(family, [])) != 1:
            continue
        hypervisor, metal = rows[family][0]
        if hypervisor[:1] != ("hypervisor",) or metal[:1] != ("tick",):
            continue
        _, software, version, is_marked = hypervisor
        is_metal = {name for name in names if ".metal" in name}
        is_unsure = metal[1] and not is_metal
        is_explained = notes == [I3_NOTE] and "i3.metal" in names
        for name in names:
            is_excepted = is_marked and (not is_explained or name == "i3.metal")
            found[name] = {
                "hypervisor": "" if is_excepted or is_unsure or name in is_metal else software,
                "nitro_version": "" if is_excepted else version,
            }
    return found


def _storage(page: PageModel, name: str) -> dict[str, str]:
    """What is stated about the disks of a type."""
    encryption = _of_type(page, "security", name, ("instance store encryption",))
    disks = _of_type(page, "instance-store", name, ("instance store volumes",), ("instance store type",))
    if len(encryption) != 1 or len(disks) > 1:
        return {}
    word = encryption[0][0]
    if word[:1] == ("none",):
        return {} if disks else {"has_instance_store": "false", "instance_store_gb": "0"}
    if word[:1] not in (("tick",), ("marked",)) or not disks:
        return {}
    volumes, kind = disks[0]
    if volumes[:1] != ("volumes",) or kind[:1] != ("kind",):
        return {}
    is_encrypted = "" if word[0] == "marked" else "required" if word[1] else "unsupported"
    is_nvme = "true" if kind[2] else "false"
    return _disks(volumes, kind) | {"instance_store_encryption": is_encrypted, "has_nvme_instance_store": is_nvme}


def _disks(volumes: Words, kind: Words) -> dict[str, str]:
    return {
        "has_instance_store": "true",
        "instance_store_gb": str(sum(count * gb for count, gb in volumes[1])),
        "instance_store_disks": " + ".join(f"{count}x{gb} {kind[1]}" for count, gb in volumes[1]),
    }


def _of_type(page: PageModel, end: str, name: str, *columns: tuple[str, ...]) -> list[list[Words]]:
    """What the rows of a type say in some columns; a row below another family's name says nothing certain."""
    found = []
    for table in _tables(page, end):
        for above, (first, *others) in _rows(table, ("instance type",), *columns):
            if first == ("type", name):
                is_misplaced = above not in ("", name.partition(".")[0])
                found.append([() for _ in others] if is_misplaced else others)
    return found


def _former(page: PageModel) -> Truth:
    """What the page of the user guide states: disks where it lists them, and never the contrary."""
    rows: dict[str, list[tuple[Words, Words]]] = {}
    for section in page.sections:
        if section.identity.startswith("instance-store-vol"):
            for table in section.tables:
                columns = (("instance type",), ("instance store volumes",), ("type",))
                for _, (first, volumes, kind) in _rows(table, *columns):
                    if first[:1] == ("type",):
                        rows.setdefault(first[1], []).append((volumes, kind))
    stated: Truth = {}
    for name, found in rows.items():
        stated[name, PRESENCE] = "true"
        volumes, kind = found[0]
        if len(found) == 1 and volumes[:1] == ("volumes",) and kind[:1] == ("kind",):
            facts = _disks(volumes, kind) | ({"has_nvme_instance_store": "true"} if kind[2] else {})
            stated |= {(name, fact): value for fact, value in facts.items()}
    return stated
