"""A page of AWS's documentation as a tree: its identity, its sections, and the text of one cell.

The tree is made by BeautifulSoup with Python's own html.parser. That builder adds nothing and moves nothing: a table
without tbody has none, the second head and body stay where they are, and rows keep the order of the source. lxml and
html5lib would mend the page (add a tbody, merge the bodies, move stray text out of a table), which hides exactly what
has to be noticed, and would be one dependency more.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from kb.errors import need
from scrapers.base import Document, ScrapeError
from scrapers.guide.whole import REMEDY, text_of

if TYPE_CHECKING:
    from bs4.element import Comment, NavigableString, Tag

_PRODUCTS = ("amazon ec2", "amazon elastic compute cloud")
_ENGLISH = re.compile(r"en([-_].*)?", re.IGNORECASE)
#: Tags that may stand in a cell; the second set starts a new line.
_INLINE = frozenset({"a", "b", "code", "em", "i", "span", "strong", "awsui-icon"})
_LINES = frozenset({"br", "div", "p"})
_HIDING = ("display:none", "visibility:hidden", "line-through")
_SPACES = re.compile(r"\s+")
_MARK = re.compile(r"[0-9]{1,2}|[*†‡§]{1,3}")
#: A footnote mark taken out of <sup>, between two characters that no page holds.
_TAKEN = re.compile(r"\x00([^\x00]*)\x00")
_LAST_MARK = re.compile(r"\s*(?:\x00([^\x00]*)\x00|([*†‡§]))\s*\Z")


def fail(where: str, what: str) -> NoReturn:
    """Refuse the page."""
    raise ScrapeError(where, what, REMEDY)


@functools.cache
def node_types() -> tuple[type[Tag], type[NavigableString], type[Comment]]:
    """BeautifulSoup's elements, texts and comments; imported when they are needed."""
    from bs4.element import Comment, NavigableString, Tag

    return Tag, NavigableString, Comment


@dataclass(frozen=True)
class Section:
    """What stands between one heading and the next.

    Attributes:
        where: Page and heading, for messages.
        elements: Every element in it, in the order of the source.
    """

    where: str
    elements: tuple[Tag, ...]

    def all(self, *names: str) -> list[Tag]:
        """The elements of some tags."""
        return [element for element in self.elements if element.name in names]

    def table(self) -> Tag:
        """Its one table.

        Raises:
            ScrapeError: It has none, or several.
        """
        tables = self.all("table")
        if len(tables) != 1:
            fail(self.where, f"{len(tables)} tables instead of one")
        return tables[0]


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
    """Make the tree of a page.

    Args:
        document: The page.
        page_id: The id of its title, h1.
        words: What the title must say, in lower case.
        heading_tags: Tags of the headings that start a section.

    Raises:
        ScrapeError: The page is damaged, in another language, or another page.
        MissingExtraError: BeautifulSoup is not installed.
    """
    text = text_of(document)
    bs4 = need("bs4", "scrape", "Reading web pages")
    soup = bs4.BeautifulSoup(text, "html.parser", multi_valued_attributes=None)
    name = document.name
    root, main = soup.find("html"), soup.find(id="main-col-body")
    if root is None or main is None:
        fail(name, "what should be markup is not: not a page of the guide")
    language = str(root.get("lang") or "en")
    if not _ENGLISH.fullmatch(language):
        fail(name, f"the page is in the language {language!r}, and English is expected")
    title = soup.find("title")
    heading = "" if title is None else _words(title)
    if not any(product in heading for product in _PRODUCTS):
        fail(name, f"the title {heading!r} does not name Amazon EC2: not a page of its guide")
    titles = main.find_all("h1")
    if len(titles) != 1 or titles[0].get("id") != page_id:
        found = ", ".join(f"h1#{one.get('id')}" for one in titles) or "none"
        fail(name, f"the title of the page should be h1#{page_id}, found: {found}")
    if words not in _words(titles[0]).replace("-", " "):
        fail(name, f"the title {_words(titles[0])!r} does not say {words!r}: another page")
    return Page(name, _sections(name, main, heading_tags))


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split()).casefold()


def _sections(name: str, main: Tag, heading_tags: tuple[str, ...]) -> dict[str, Section]:
    """Sections by the id of their heading."""
    gathered: dict[str, tuple[str, list[Tag]]] = {}
    current: list[Tag] = []
    for element in main.find_all(True):
        if element.name in heading_tags or element.name == "h1":
            current = []
            identity = element.get("id")
            if identity is None:
                continue
            if identity in gathered:
                fail(name, f"two headings with the id {identity}")
            where = f"{name}, {' '.join(element.get_text(' ').split())}"
            gathered[str(identity)] = (where, current)
        else:
            current.append(element)
    return {identity: Section(where, tuple(elements)) for identity, (where, elements) in gathered.items()}


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
        ScrapeError: A tag that has no place in a cell (a list, another table, text that is struck out), something in
            superscript that is no footnote mark, or a footnote mark in the middle of a line.
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
            fail(where, f"the footnote mark {misplaced[1]!r} stands before the end of a line")
        marks += reversed(found)
        lines += [" ".join(text.split())] if text.strip() else []
    return Text(tuple(lines), tuple(marks))


def _pieces(tag: Tag, where: str) -> Iterator[str]:
    """Text and marks in order, with a line end where the page shows one."""
    element, string, comment = node_types()
    refuse_hidden(tag, where)
    for child in tag.children:
        if isinstance(child, element):
            if child.name == "sup":
                mark = child.get_text().strip()
                if child.find(True) is not None or not _MARK.fullmatch(mark):
                    fail(where, f"{mark!r} in superscript is no footnote mark")
                yield f"\x00{mark}\x00"
            elif child.name in _LINES:
                yield "\n"
                yield from _pieces(child, where)
                yield "\n"
            elif child.name in _INLINE:
                yield from _pieces(child, where)
            else:
                fail(where, f"<{child.name}> has no place in a cell")
        elif type(child) is string:
            yield _SPACES.sub(" ", str(child))
        elif not isinstance(child, comment):
            fail(where, f"{type(child).__name__} has no place in a cell")
