"""What one page of specifications says, once its tables agree."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapers.base import Document, Remark
from scrapers.guide import cells, tables
from scrapers.guide.markup import Page, Section, load
from scrapers.guide.tables import Cell, Row
from scrapers.reading.html import fail

_FAMILIES = "instance family"
_TYPES = "instance type"
_SIZES = ((_FAMILIES, "available instance types"), (_TYPES, "available sizes"))
_SUMMARY_COLUMNS = (
    "hypervisor",
    "processor type (architecture)",
    "metal instances available",
    "dedicated hosts support",
    "spot support",
    "hibernation support",
    "supported operating systems",
)
_SUMMARY = ((_FAMILIES, *_SUMMARY_COLUMNS), (_TYPES, *_SUMMARY_COLUMNS))
_INSTANCE_STORE = (
    (
        _TYPES,
        "instance store volumes",
        "instance store type",
        "100% random read iops / write iops",
        "needs initialization",
        "trim support",
    ),
)
_SECURITY = (
    (
        _TYPES,
        "ebs encryption",
        "instance store encryption",
        "encryption in transit",
        "amd sev-snp",
        "nitrotpm",
        "nitro enclaves",
    ),
)
#: The note below the summary that explains a mark: some types of a family do not share what is said of it.
_NOTE = re.compile(r"(.+?)(?: (?:instances|types))? (?:are|is|run|runs) (?:built )?on the (?:AWS )?Nitro System")

#: Facts by EC2 type; what is left out is not stated.
Facts = dict[str, dict[str, str]]


@dataclass(frozen=True)
class _Family:
    """A row of the summary, and the types of the family.

    Attributes:
        where: The row, for messages.
        label: Its name on the page.
        types: Its types.
        hypervisor: What the summary says.
        has_metal: Whether some of its types are bare metal.
    """

    where: str
    label: str
    types: tuple[str, ...]
    hypervisor: cells.Hypervisor
    has_metal: bool


def facts_of_page(document: Document, page_id: str, words: str, remark: Remark) -> Facts:
    """Read one page.

    Args:
        document: The page.
        page_id: The id of its title and the start of its other ids ("gp").
        words: What its title says.
        remark: Told of what is on the page and cannot be used.

    Raises:
        ScrapeError: Another page, damaged, or in another form; a cell in no known form; tables that disagree.
    """
    page = load(document, page_id, words)
    families = _families(page, page_id, remark)
    family_of = {name: family for family in families.values() for name in family.types}
    security_section = _section(page, page_id, "security")
    security = _by_type(security_section, _SECURITY, family_of, remark)
    instance_store = _by_type(_section(page, page_id, "instance-store"), _INSTANCE_STORE, family_of, remark)
    for name, family in family_of.items():
        if name not in security:
            fail(security_section.where, f"no row for {name}, a type of {family.label}")
    facts: Facts = {name: {} for name in family_of}
    for family in families.values():
        for name, of_type in _platform(_section(page, page_id, "summary"), family, remark).items():
            facts[name] |= of_type
    for name, row in security.items():
        facts[name] |= _storage(name, row, instance_store.get(name), remark)
    return facts


def _section(page: Page, page_id: str, name: str) -> Section:
    """A section by the end of its heading's id; one page writes ac-sizes where the others have gp_sizes."""
    return page.section(f"{page_id}_{name}", f"{page_id}-{name}")


def _families(page: Page, page_id: str, remark: Remark) -> dict[str, _Family]:
    """The families by their name in lower case; sizes and summary must list the same ones."""
    sizes_section, summary_section = _section(page, page_id, "sizes"), _section(page, page_id, "summary")
    sizes: dict[str, tuple[str, ...]] = {}
    for row in tables.read(sizes_section, _SIZES, remark, has_families=False):
        label = cells.family(row.cells[0])
        if label.casefold() in sizes:
            fail(row.where, f"a second row of {label}")
        names = tuple(cells.type_list(row.cells[1]))
        for name in names:
            _check_family(name, label, row.cells[1].where)
        if len(set(names)) != len(names):
            fail(row.cells[1].where, "a type twice")
        sizes[label.casefold()] = names
    families: dict[str, _Family] = {}
    for row in tables.read(summary_section, _SUMMARY, remark, has_families=False):
        label = cells.family(row.cells[0])
        if label.casefold() in families:
            fail(row.where, f"a second row of {label}")
        if label.casefold() not in sizes:
            fail(row.where, f"the family {label} has no row in {sizes_section.where}")
        families[label.casefold()] = _Family(
            row.where,
            label,
            sizes[label.casefold()],
            cells.hypervisor(row.cells[1], row.cells[0].text.marks),
            cells.yes_or_no(row.cells[3]),
        )
    for key in sizes:
        if key not in families:
            fail(summary_section.where, f"no row for the family {key}")
    return families


def _check_family(name: str, label: str, where: str) -> None:
    """Refuse a type that stands with another family than that of its name: rows were moved."""
    if name.partition(".")[0] != label.casefold():
        fail(where, f"{name} stands with the family {label}")


def _by_type(
    section: Section, headers: tuple[tuple[str, ...], ...], family_of: dict[str, _Family], remark: Remark
) -> dict[str, Row]:
    """The rows of a table by type, each under its family."""
    rows: dict[str, Row] = {}
    for row in tables.read(section, headers, remark, has_families=True):
        name = cells.ec2_type(row.cells[0])
        if name not in family_of:
            fail(row.cells[0].where, f"{name} is not among the available types at the top of the page")
        if name in rows:
            fail(row.where, f"a second row of {name}")
        if row.family:
            _check_family(name, row.family, row.where)
        rows[name] = row
    return rows


def _platform(summary: Section, family: _Family, remark: Remark) -> Facts:
    """Hypervisor and Nitro version of the types of a family.

    A hypervisor does not run on bare metal, and the summary names one for the whole family. So a type whose name calls
    it metal has none stated; where the summary says that there are such types and no name does, none of the family has.
    """
    said = family.hypervisor
    exempt = {name for name in family.types if cells.is_called_metal(name)}
    if family.has_metal and not exempt:
        remark(f"{family.where}: which types of {family.label} are bare metal is not stated, and so no hypervisor is")
        exempt = set(family.types)
    excepted: set[str] = set()
    if said.mark:
        noted = _noted(summary, said.mark)
        if noted is None or not noted <= set(family.types):
            remark(f"{family.where}: {said.mark} at the hypervisor of {family.label} is not explained in a known form")
            return {}
        excepted = noted
    return {
        name: {
            "hypervisor": "" if name in exempt | excepted else said.name,
            "nitro_version": "" if name in excepted else said.nitro_version,
        }
        for name in family.types
    }


def _noted(summary: Section, mark: str) -> set[str] | None:
    """The types that the note with this mark excepts; None where there is no such note, or several."""
    notes = []
    for paragraph in summary.all("p"):
        if paragraph.find_parent("table") is None:
            words = " ".join(paragraph.get_text().split())
            if words.startswith(mark):
                notes.append(words.removeprefix(mark).strip(" ."))
    match = _NOTE.fullmatch(notes[0]) if len(notes) == 1 else None
    if match is None:
        return None
    names = re.split(r", and |, | and ", match[1])
    return set(names) if all(cells.is_type(name) for name in names) else None


def _storage(name: str, security: Row, instance_store: Row | None, remark: Remark) -> dict[str, str]:
    """What the security table and the table of instance stores together say of one type."""
    cell: Cell = security.cells[2]
    for other in (*security.cells[1:2], *security.cells[3:]):
        cells.yes_or_no(other)
    is_encrypted = cells.instance_store_encryption(cell)
    if is_encrypted is None:
        if instance_store is not None:
            fail(instance_store.where, f"disks of {name}, of which the security table says {cell.text.plain!r}")
        if cell.text.marks:
            remark(f"{cell.where}: {cell.text.marks[0]} qualifies {cell.text.plain!r}, so nothing is stated")
            return {}
        return {"has_instance_store": "false", "instance_store_gb": "0"}
    if instance_store is None:
        fail(cell.where, f"{cell.text.plain!r}, but the table of instance stores has no row for {name}")
    disks = cells.disks(instance_store.cells[1], instance_store.cells[2])
    encryption = "required" if is_encrypted else "unsupported"
    if cell.text.marks:
        remark(f"{cell.where}: {cell.text.marks[0]} qualifies {cell.text.plain!r}, so encryption is not stated")
        encryption = ""
    if disks.is_nvme is None:
        remark(f"{instance_store.where}: only some of the disks are NVMe, so nothing is stated about that")
    return {
        "has_instance_store": "true",
        "has_nvme_instance_store": "" if disks.is_nvme is None else str(disks.is_nvme).lower(),
        "instance_store_gb": disks.gb,
        "instance_store_disks": disks.words,
        "instance_store_encryption": encryption,
    }
