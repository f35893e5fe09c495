"""What a damaged page is, what may come of it, and the good pages that are damaged."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from scrapers.base import Document, ScrapeError, Scraper
from tests.scrapers.guide import oracle
from tests.scrapers.guide.figures import family
from tests.scrapers.guide.model import PageModel, render
from tests.scrapers.guide.oracle import Truth
from tests.scrapers.guide.pages import LEAN, Style, page_model


@dataclass
class Base:
    """A good page.

    Attributes:
        model: Its cells.
        other: The model of another good page, to take things from.
        is_plain: Whether every cell has one line, so that what cuts through tags never leaves another whole cell.
        stated: What it states.
        content: Its bytes.
    """

    model: PageModel
    other: PageModel
    is_plain: bool
    stated: Truth = field(default_factory=dict)
    content: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.stated = self.stated or oracle.truth(self.model)
        self.content = render(self.model)

    def copy(self) -> PageModel:
        """A model to be damaged."""
        sections = [
            replace(
                section,
                tables=[
                    replace(table, header=list(table.header), rows=[list(row) for row in table.rows])
                    for table in section.tables
                ],
                notes=list(section.notes),
            )
            for section in self.model.sections
        ]
        return replace(self.model, sections=sections)


@dataclass
class Mutant:
    """A damaged page.

    Attributes:
        name: Name of the document.
        content: Its bytes.
        stated: What it states. Where `is_certain` is false: all that may be reported, if anything is.
        is_certain: Whether the page as it is states `stated`, all of it. It does not where header and cells no longer
            belong together, or where its bytes were damaged.
    """

    name: str
    content: bytes
    stated: Truth
    is_certain: bool


Mutation = Callable[[random.Random, Base], Mutant]

RIGHT, ERROR, WRONG, LOST = "right facts", "error", "WRONG FACT", "LOST FACT"


@dataclass(frozen=True)
class Outcome:
    """What came of a mutant: a word, and the error or the facts that are wrong."""

    word: str
    detail: str = ""


def judge(mutant: Mutant, scraper: Scraper) -> Outcome:
    """Parse a mutant and compare what is reported with what it states.

    An exception other than the one that names a place fails the test by itself.
    """
    try:
        reported = scraper.parse(Document(mutant.name, mutant.content))
    except ScrapeError as error:
        return Outcome(ERROR, str(error))
    wrong, lost = oracle.same(reported, mutant.stated)
    if wrong:
        key = min(wrong)
        return Outcome(WRONG, f"{key}: {reported[key]!r} instead of {mutant.stated.get(key, 'nothing')!r}")
    if lost and mutant.is_certain:
        key = min(lost)
        return Outcome(LOST, f"{key}: {mutant.stated[key]!r} is not reported")
    return Outcome(RIGHT)


def of_model(model: PageModel) -> Mutant:
    """A damaged model; it states what its cells say."""
    return Mutant(model.name, render(model), oracle.truth(model), is_certain=True)


def uncertain(base: Base, content: bytes | PageModel) -> Mutant:
    """A page that can no longer be trusted: only what the good one states may be reported."""
    damaged = render(content) if isinstance(content, PageModel) else content
    return Mutant(base.model.name, damaged, base.stated, is_certain=False)


def bases() -> list[Base]:
    """Small good pages: with and without disks, bare metal, Xen, a mark, several groups, old and new words."""
    m5d, t2 = family("M5d", "Nitro v2", "large:1x75 metal:4x900"), family("T2", "Xen", "nano")
    d2 = family("D2", "Xen", "xlarge:3x2048", kind="HDD", is_encrypted=False)
    i3 = family("I3", "Xen *", "large:1x475 metal:8x1900")
    inf1, x9d = family("Inf1", "Nitro", "xlarge"), family("X9d", "Nitro", "large:2x900+1x2000 xlarge:8x1000")
    d3 = family("D3", "Nitro v3", "xlarge:3x1980", kind="NVMe HDD")
    m4, p3dn = family("M4", "Xen", "10xlarge"), family("P3dn", "Nitro v3", "24xlarge:2x900")
    gp, so, pg = (
        page_model("gp", (m5d, t2), LEAN),
        page_model("so", (d2, i3), LEAN),
        page_model("pg", (m4, p3dn, d3), LEAN),
    )
    then = Style(is_2024=True, has_all_tables=False, has_totals=True, in_tb=True, has_commas=True)
    ac = page_model("ac", (inf1, x9d), then)
    return [Base(gp, so, True), Base(so, pg, True), Base(ac, gp, False), Base(pg, ac, True)]
