"""A page of EC2's guide: whether it is the page asked for, its sections, and the text of one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrapers.base import Document
from scrapers.reading import html
from scrapers.reading.html import children, fail, refuse, text_of

if TYPE_CHECKING:
    from bs4.element import Tag

_PRODUCTS = ("amazon ec2", "amazon elastic compute cloud")
#: Tags that may stand in a cell; the second set starts a new line.
_INLINE = frozenset({"a", "b", "code", "em", "i", "span", "strong", "awsui-icon"})
_LINES = frozenset({"br", "div", "p"})
_HIDING = ("display:none", "visibility:hidden", "line-through")
_SPACES = re.compile(r"\s+")
_MARK = re.compile(r"[0-9]{1,2}|[*†‡§]{1,3}")
#: A footnote mark taken out of <sup>, between two characters that no page holds.
_TAKEN = re.compile(r"\x00([^\x00]*)\x00")
_LAST_MARK = re.compile(r"\s*(?:\x00([^\x00]*)\x00|([*†‡§]))\s*\Z")


@dataclass(frozen=True)
class Section:
    """What is between one heading and the next.

    Attributes:
        where: Page and heading, for messages.
        elements: Every element in it, in the order of the source.
    """

    where: str
    elements: list[Tag] = field(repr=False)

    def all(self, *names: str) -> list[Tag]:
        """The elements of some tags."""
        return [element for element in self.elements if element.name in names]


@dataclass(frozen=True)
class Page:
    """A page that is what it should be.

    Attributes:
        name: Name of the document, for messages.
        sections: Its sections by the id of their heading; those without an id are left out.
    """

    name: str
    sections: dict[str, Section] = field(repr=False)

    def section(self, *identities: str) -> Section:
        """The section under the heading that has one of these ids.

        Raises:
            ScrapeError: The page has no such heading, or several.
        """
        found = [self.sections[identity] for identity in identities if identity in self.sections]
        if len(found) != 1:
            fail(self.name, f"{len(found) or 'no'} headings with the id {' or '.join(identities)}")
        return found[0]


def load(document: Document, page_id: str, words: str = "", heading_tags: tuple[str, ...] = ("h2",)) -> Page:
    """Read the sections of a page.

    Args:
        document: The page.
        page_id: The id of its title, h1.
        words: What the title must say, in lower case.
        heading_tags: Tags of the headings that start a section.

    Raises:
        ScrapeError: The page is damaged, in another language, or another page.
        MissingExtraError: BeautifulSoup is not installed.
    """
    page = html.load(document, language="en")
    window, title, found = html.window_title(page.root).casefold(), text_of(page.title).casefold(), page.title.get("id")
    refuse(
        page.name,
        (
            not any(product in window for product in _PRODUCTS),
            f"the title {window!r} does not name Amazon EC2: not a page of its guide",
        ),
        (found != page_id, f"the title of the page should be h1#{page_id}, found: h1#{found}"),
        (words not in title.replace("-", " "), f"the title {title!r} does not say {words!r}: another page"),
    )
    sections: dict[str, Section] = {}
    current: list[Tag] = []
    for element in page.main.find_all(True):
        if element.name not in (*heading_tags, "h1"):
            current.append(element)
            continue
        current = []
        identity = element.get("id")
        if identity in sections:
            fail(page.name, f"two headings with the id {identity}")
        if identity is not None:
            sections[str(identity)] = Section(f"{page.name}, {text_of(element)}", current)
    return Page(page.name, sections)


@dataclass(frozen=True)
class Text:
    """The text of a cell.

    Attributes:
        lines: Its lines, without footnote marks, spaces made single, empty ones left out.
        marks: The footnote marks at the ends of its lines.
    """

    lines: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The lines as one."""
        return " ".join(self.lines)


def refuse_hidden(tag: Tag, where: str) -> None:
    """Refuse what the page holds and does not show.

    Raises:
        ScrapeError: The tag is hidden.
    """
    style = str(tag.get("style") or "").replace(" ", "").casefold()
    if tag.get("hidden") is not None or any(word in style for word in _HIDING):
        fail(where, f"<{tag.name}> is not shown, or is struck out")


def cell_text(tag: Tag, where: str) -> Text:
    """Read a cell.

    Args:
        tag: The cell.
        where: Its place, for messages.

    Raises:
        ScrapeError: A tag that is not expected in a cell (a list, another table, text that is struck out), something in
            superscript that is not a footnote mark, or a footnote mark in the middle of a line.
    """
    lines: list[str] = []
    marks: list[str] = []
    for line in "".join(_pieces(tag, where)).split("\n"):
        text, found = line, list[str]()
        while match := _LAST_MARK.search(text):
            found.append(match[1] or match[2])
            text = text[: match.start()]
        misplaced = _TAKEN.search(text)
        if misplaced:
            fail(where, f"the footnote mark {misplaced[1]!r} is not at the end of a line")
        marks += reversed(found)
        lines += [" ".join(text.split())] if text.strip() else []
    return Text(tuple(lines), tuple(marks))


def _pieces(tag: Tag, where: str) -> Iterator[str]:
    """Text and marks in order, with a line end where the page shows one."""
    refuse_hidden(tag, where)
    for child in children(tag):
        if isinstance(child, str):
            yield _SPACES.sub(" ", child)
        elif child.name == "sup":
            mark = child.get_text().strip()
            if child.find(True) is not None or not _MARK.fullmatch(mark):
                fail(where, f"{mark!r} in superscript is not a footnote mark")
            yield f"\x00{mark}\x00"
        elif child.name in _LINES:
            yield "\n"
            yield from _pieces(child, where)
            yield "\n"
        elif child.name in _INLINE:
            yield from _pieces(child, where)
        else:
            fail(where, f"<{child.name}> is not expected in a cell")
