"""EC2's page about the Nitro System: which families are built on which version of it.

Two sections with a tab per version: virtualized instances, and bare metal ones. A family in the first is a row of the
log. A family that stands in the second only (I3, whose virtual sizes run on Xen) says something about its bare metal
sizes, not about the family, and has no row; a single type that is named there has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.dataset.log_specs import NITRO_PAGE, PRESENCE
from scrapers.base import Document, Reading, Remark, Request, Rows, Scraper, ignore
from scrapers.guide import cells
from scrapers.guide.ec2_guide import read_pages
from scrapers.guide.markup import Section, cell_text, load
from scrapers.reading.html import fail

if TYPE_CHECKING:
    from bs4.element import Tag

PAGE = "ec2-nitro-instances"
_VIRTUALIZED, _BARE_METAL = "nitro-instance-types", "nitro-bare-metal"
_TAB = re.compile(r"Nitro v([1-9][0-9]?)")
_LISTED = re.compile(r"([A-Za-z][A-Za-z -]*) ?: ?(.+)")


class NitroPage(Scraper):
    """Families by version of the Nitro System."""

    title = "EC2's Nitro page: which families are built on which version of the Nitro System"
    log = NITRO_PAGE
    needs = "internet"
    is_live = True

    def fetch(self, request: Request) -> Iterator[Reading]:
        """Read the page.

        Raises:
            ScrapeError: It cannot be read.
        """
        yield read_pages(request, [f"{PAGE}.html"])

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (family, fact); the family in lower case, or an EC2 type where the page names one.

        Raises:
            ScrapeError: Another page, damaged, or in another form; a name in no known form; a family with two versions.
        """
        if document.name != f"{PAGE}.html":
            fail(document.name, f"not the page {PAGE}.html")
        page = load(document, PAGE, "nitro")
        bare_metal = page.section(_BARE_METAL)
        virtualized, metal = _versions(page.section(_VIRTUALIZED)), _versions(bare_metal)
        for name in sorted(virtualized.keys() & metal.keys()):
            if virtualized[name] != metal[name]:
                fail(
                    bare_metal.where,
                    f"{name} is built on v{metal[name]} here and on v{virtualized[name]} as virtualized",
                )
        named = virtualized | {name: version for name, version in metal.items() if cells.is_type(name)}
        left_out = sorted(metal.keys() - named.keys())
        if left_out:
            remark(f"{bare_metal.where}: no row for families without virtualized types: {', '.join(left_out)}")
        rows: Rows = {(name, PRESENCE): "true" for name in named}
        return rows | {(name, "nitro_version"): version for name, version in named.items()}


def _versions(section: Section) -> dict[str, str]:
    """The version of each name in the tabs of a section."""
    labels, contents = section.all("dt"), section.all("dd")
    if not labels or len(labels) != len(contents):
        fail(section.where, f"{len(labels)} tabs with {len(contents)} contents")
    versions: dict[str, str] = {}
    seen: set[str] = set()
    for label in labels:
        text = cell_text(label, section.where).plain
        match = _TAB.fullmatch(text) or fail(section.where, f"the tab {text!r} is not a version of the Nitro System")
        if text in seen:
            fail(section.where, f"two tabs {text!r}")
        seen.add(text)
        where = f"{section.where}, tab {text}"
        for name in _names(label, where):
            if versions.setdefault(name, match[1]) != match[1]:
                fail(where, f"{name} is also listed under v{versions[name]}")
    return versions


def _names(label: Tag, where: str) -> Iterator[str]:
    """The families and types of a tab, in lower case."""
    tab = label.find_next_sibling()
    if tab is None or tab.name != "dd":
        fail(where, "a tab without content")
    items = tab.find_all("li") or fail(where, "a tab without a list")
    if "".join(tab.get_text().split()) != "".join("".join(item.get_text().split()) for item in items):
        fail(where, "text outside the list of a tab")
    for item in items:
        text = cell_text(item, where).plain
        match = _LISTED.fullmatch(text) or fail(where, f"{text!r} is not a list of families")
        for written in match[2].split("|"):
            name = written.strip().lower()
            if not cells.is_type(name) and not cells.is_family(name):
                fail(f"{where}, {match[1]}", f"{written.strip()!r} is neither a family nor a type in a known form")
            yield name
