"""What one page of specifications says, once its tables agree; and the former page of instance stores."""

from __future__ import annotations

import re

from scrapers.base import Document, Remark
from scrapers.guide import cells, tables
from scrapers.guide.markup import Page, Section, load
from scrapers.guide.tables import Row
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

#: The page in EC2's user guide which had the disks of all types before the guide of 2024.
FORMER_PAGE = "InstanceStorage.html"
_FORMER_SECTION = "instance-store-volumes"
_FORMER_CATEGORIES = "instance-store-vol-"
_FORMER = ((_TYPES, "instance store volumes", "type", "needs initialization", "trim support"),)

#: Facts by EC2 type; what is left out is not stated.
Facts = dict[str, dict[str, str]]


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
    sizes, summary, security, instance_store = (
        _section(page, page_id, name) for name in ("sizes", "summary", "security", "instance-store")
    )
    types = {family: _types(row) for family, row in tables.read(sizes, _SIZES, cells.family, remark).items()}
    families = tables.read(summary, _SUMMARY, cells.family, remark)
    for family, row in families.items():
        if family not in types:
            fail(row.where, f"the family {row.cells[0].text.plain} has no row in {sizes.where}")
    known = {name for names in types.values() for name in names}
    encryption = _by_type(security, _SECURITY, known, remark)
    disks = _by_type(instance_store, _INSTANCE_STORE, known, remark)
    facts: Facts = {}
    for family, names in types.items():
        if family not in families:
            fail(summary.where, f"no row for the family {family}")
        facts |= _platform(summary, families[family], names, remark)
        for name in names:
            if name not in encryption:
                fail(security.where, f"no row for {name}, a type of {families[family].cells[0].text.plain}")
            facts[name] |= _storage(name, encryption[name], disks.get(name), remark)
    return facts


def _section(page: Page, page_id: str, name: str) -> Section:
    """A section by the end of its heading's id; one page writes ac-sizes where the others have gp_sizes."""
    return page.section(f"{page_id}_{name}", f"{page_id}-{name}")


def _types(sizes: Row) -> list[str]:
    """The types of a family."""
    names = cells.type_list(sizes.cells[1])
    for name in names:
        _check_family(name, sizes.cells[0].text.plain, sizes.cells[1].where)
    if len(set(names)) != len(names):
        fail(sizes.cells[1].where, "a type twice")
    return names


def _check_family(name: str, label: str, where: str) -> None:
    """Refuse a type that is listed under another family than its name says: rows were moved."""
    if name.partition(".")[0] != label.casefold():
        fail(where, f"{name} is listed under the family {label}")


def _by_type(section: Section, headers: tuple[tuple[str, ...], ...], types: set[str], remark: Remark) -> dict[str, Row]:
    """The rows of a table by type, each under its family."""
    rows = tables.read(section, headers, cells.ec2_type, remark, has_families=True)
    for name, row in rows.items():
        if name not in types:
            fail(row.cells[0].where, f"{name} is not among the available types at the top of the page")
        if row.family:
            _check_family(name, row.family, row.where)
    return rows


def _platform(summary: Section, row: Row, types: list[str], remark: Remark) -> Facts:
    """Hypervisor and Nitro version of the types of a family.

    A hypervisor does not run on bare metal, and the summary names one for the whole family. So a type whose name calls
    it metal has none stated; where the summary says that there are such types and no name does, none of the family has.
    """
    label = row.cells[0].text.plain
    said = cells.hypervisor(row.cells[1], row.cells[0].text.marks)
    exempt = {name for name in types if cells.is_called_metal(name)}
    if cells.yes_or_no(row.cells[3]) and not exempt:
        remark(f"{row.where}: which types of {label} are bare metal is not stated, and so no hypervisor is")
        exempt = set(types)
    excepted = _noted(summary, said.mark) if said.mark else set()
    if excepted is None or not excepted <= set(types):
        remark(f"{row.where}: {said.mark} at the hypervisor of {label} is not explained in a known form")
        return {name: {} for name in types}
    return {
        name: {
            "hypervisor": "" if name in exempt | excepted else said.name,
            "nitro_version": "" if name in excepted else said.nitro_version,
        }
        for name in types
    }


def _noted(summary: Section, mark: str) -> set[str] | None:
    """The types that the note with this mark excepts; None where there is no such note, or several."""
    below = [" ".join(tag.get_text().split()) for tag in summary.all("p") if tag.find_parent("table") is None]
    notes = [words.removeprefix(mark).strip(" .") for words in below if words.startswith(mark)]
    match = _NOTE.fullmatch(notes[0]) if len(notes) == 1 else None
    if match is None:
        return None
    names = re.split(r", and |, | and ", match[1])
    return set(names) if all(cells.is_type(name) for name in names) else None


def _storage(name: str, security: Row, instance_store: Row | None, remark: Remark) -> dict[str, str]:
    """What the security table and the table of instance stores together say of one type."""
    cell = security.cells[2]
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
    encryption = "" if cell.text.marks else "required" if is_encrypted else "unsupported"
    if cell.text.marks:
        remark(f"{cell.where}: {cell.text.marks[0]} qualifies {cell.text.plain!r}, so encryption is not stated")
    if disks.is_nvme is None:
        remark(f"{instance_store.where}: only some of the disks are NVMe, so nothing is stated about that")
    return {
        "has_instance_store": "true",
        "has_nvme_instance_store": "" if disks.is_nvme is None else str(disks.is_nvme).lower(),
        "instance_store_gb": disks.gb,
        "instance_store_disks": disks.words,
        "instance_store_encryption": encryption,
    }


def facts_of_former_page(document: Document, remark: Remark) -> Facts:
    """Read the page of instance stores in EC2's user guide.

    It lists types with local disks and is silent on all others, and it has no table of encryption: so it states that a
    type has disks, how large they are, and that they are NVMe, and never the contrary. The last column of kinds is no
    contrary either: in 2021 it called NVMe disks of d3 just HDD.

    Two forms are known: one table below "Instance store volumes" (2018 to 2021), and one table per category below
    headings of their own (2022 and 2023).

    Raises:
        ScrapeError: Another page, damaged, or in another form; a cell in no known form; a type twice.
    """
    page = load(document, FORMER_PAGE.removesuffix(".html"), "instance store", heading_tags=("h2", "h3"))
    categories = [section for identity, section in page.sections.items() if identity.startswith(_FORMER_CATEGORIES)]
    facts: Facts = {}
    for section in categories or [page.section(_FORMER_SECTION)]:
        for name, row in tables.read(section, _FORMER, cells.ec2_type, remark).items():
            if name in facts:
                fail(row.where, f"a second row of {name}")
            disks = cells.disks(row.cells[1], row.cells[2])
            facts[name] = {
                "has_instance_store": "true",
                "has_nvme_instance_store": "true" if disks.is_nvme else "",
                "instance_store_gb": disks.gb,
                "instance_store_disks": disks.words,
            }
    return facts
