"""Small pages and the parser's answers, for the tests of the guide."""

from __future__ import annotations

from scrapers.base import Document, Rows, ignore
from scrapers.guide import Ec2Guide
from tests.scrapers.guide.figures import Family, family
from tests.scrapers.guide.model import PageModel
from tests.scrapers.guide.pages import LEAN, Style, page_model

M5D = family("M5d", "Nitro v2", "large:1x75 metal:4x900")
T3 = family("T3", "Nitro v2", "nano")
I3 = family("I3", "Xen *", "large:1x475 metal:8x1900")


def parse(name: str, content: bytes, remarks: list[str] | None = None) -> Rows:
    return Ec2Guide().parse(Document(name, content), ignore if remarks is None else remarks.append)


def facts(rows: Rows, ec2_type: str) -> dict[str, str]:
    """What is stated about a type."""
    return {fact: value for (name, fact), value in rows.items() if name == ec2_type and value}


def small(*families: Family, style: Style = LEAN) -> PageModel:
    return page_model("gp", families or (M5D, T3), style)
