"""The page of instance stores in EC2's user guide, which had the disks of all types before the guide of 2024.

It lists types with local disks and is silent on all others, and it has no table of encryption: so it states that a type
has disks, how large they are, and that they are NVMe, and never the contrary. The last column of kinds is no contrary
either: in 2021 it called NVMe disks of d3 just HDD.

Two forms are known: one table below "Instance store volumes" (2018 to 2021), and one table per category below
headings of their own (2022 and 2023).
"""

from __future__ import annotations

from scrapers.base import Document, Remark
from scrapers.guide import cells, tables
from scrapers.guide.markup import load
from scrapers.reading.html import fail

NAME = "InstanceStorage.html"
_PAGE_ID = "InstanceStorage"
_SECTION = "instance-store-volumes"
_CATEGORIES = "instance-store-vol-"
_HEADERS = (("instance type", "instance store volumes", "type", "needs initialization", "trim support"),)


def facts_of_page(document: Document, remark: Remark) -> dict[str, dict[str, str]]:
    """Facts by EC2 type; what is left out is not stated.

    Raises:
        ScrapeError: Another page, damaged, or in another form; a cell in no known form; a type twice.
    """
    page = load(document, _PAGE_ID, "instance store", heading_tags=("h2", "h3"))
    categories = [section for identity, section in page.sections.items() if identity.startswith(_CATEGORIES)]
    facts: dict[str, dict[str, str]] = {}
    for section in categories or [page.section(_SECTION)]:
        for name, row in tables.read(section, _HEADERS, cells.ec2_type, remark).items():
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
