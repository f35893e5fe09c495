"""HTML as a tree, and a tree as paragraphs.

Other readers of HTML mend a damaged page in silence. Here every tag that gives the text its structure must close where
it should, and what does not is kept as a fault with its line, so that a page that was cut is not taken for a shorter
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Tags around a piece of text that stands for itself.
_BLOCKS = frozenset(
    (
        *HEADINGS,
        *("address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "form", "head", "header", "hr", "html", "important", "li", "main", "nav", "note", "ol"),
        *("p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"),
    )
)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_NAME = re.compile(r"[a-z][a-z0-9:._-]*")
_SILENT = frozenset({"script", "style", "noscript", "template", "head", "title"})
#: The word "Note" above a note is an ornament: the API model has it as a tag only.
_ORNAMENT = "awsdocs-note-title"
#: No page nests deeper; beyond it, elements are taken as closed and told as faults, so that time stays bounded.
_DEEPEST = 500


@dataclass(eq=False)
class Element:
    """An element of a page.

    Attributes:
        name: Tag, lower case.
        attributes: Attributes, names in lower case.
        children: Elements and text, in order.
        line: Line of its start tag, 1-based.
        parent: The element around it.
        is_closed: Whether its end tag was found in its place.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    line: int = 0
    parent: Element | None = None
    is_closed: bool = False

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the order of the document."""
        todo = [self]
        while todo:
            element = todo.pop()
            yield element
            todo.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def all(self, *names: str) -> list[Element]:
        """The elements below this one with one of the tags."""
        return [element for element in self.walk() if element.name in names and element is not self]

    def anchors(self) -> set[str]:
        """What links can point to in this element (`id` or `name`), lower case."""
        return {
            element.attributes[key].lower()
            for element in self.walk()
            for key in ("id", "name")
            if element.attributes.get(key)
        }


@dataclass(frozen=True)
class Fault:
    """A tag that does not close where it should.

    Attributes:
        at: The innermost element that was open.
        what: What is wrong, with the line.
    """

    at: Element
    what: str

    def is_inside(self, element: Element) -> bool:
        """Whether it is in the element."""
        here: Element | None = self.at
        while here is not None and here is not element:
            here = here.parent
        return here is element


class _Reader(HTMLParser):
    """Builds the tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", is_closed=True)
        self.open = [self.root]
        self.faults: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = self.open[-1]
        element = Element(tag, {name: value or "" for name, value in attrs}, line=self.getpos()[0], parent=around)
        around.children.append(element)
        if "<" in (self.get_starttag_text() or "")[1:] or not _NAME.fullmatch(tag):
            self._fault(f"<{tag[:40]}> in line {element.line} runs into what follows")
        if tag in _VOID:
            element.is_closed = True
        elif len(self.open) > _DEEPEST:
            self._fault(f"<{tag}> in line {element.line} is nested too deep")
        else:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = self.open[-1]
        self.handle_starttag(tag, attrs)
        if self.open[-1] is not around:
            self.open.pop().is_closed = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not _NAME.fullmatch(tag):
            self._fault(f"</{tag[:40]}> in line {self.getpos()[0]} runs into what follows")
        depth = next((n for n in range(len(self.open) - 1, 0, -1) if self.open[n].name == tag), 0)
        between = [element for element in self.open[depth + 1 :] if element.name in _BLOCKS]
        if not depth or between:
            if tag in _BLOCKS:
                what = f"<{between[-1].name}> of line {between[-1].line}" if depth else "nothing"
                self._fault(f"</{tag}> in line {self.getpos()[0]} meets {what}")
            if not depth or tag not in _BLOCKS:
                return
        self.open[depth].is_closed = True
        del self.open[depth:]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def close(self) -> None:
        super().close()
        for element in self.open[1:]:
            if element.name in _BLOCKS:
                self._fault(f"<{element.name}> of line {element.line} never closes")

    def _fault(self, what: str) -> None:
        self.faults.append(Fault(self.open[-1], what))


def tree(html: str) -> tuple[Element, list[Fault]]:
    """Read HTML.

    Returns:
        A nameless element around everything, and the faults. Faults of tags that only set letters (`b`, `code`) are no
        faults of the text and are not told.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root, reader.faults


def pieces(element: Element) -> list[tuple[str, Element]]:
    """The paragraphs, list items, headings and table cells of an element, in order.

    Returns:
        The text of each with its blanks collapsed, and the element that it stands in. A line of code is a piece of its
        own.
    """
    found: list[tuple[str, Element]] = []
    around = [element]
    text: list[str] = []

    def flush() -> None:
        joined = " ".join("".join(text).split())
        text.clear()
        if joined:
            found.append((joined, around[-1]))

    todo: list[tuple[Element | str | None, bool]] = [(element, False)]
    while todo:
        node, is_code = todo.pop()
        if node is None:
            flush()
            around.pop()
        elif isinstance(node, str):
            first, *lines = node.split("\n") if is_code else [node]
            text.append(first)
            for line in lines:
                flush()
                text.append(line)
        elif node.name not in _SILENT and _ORNAMENT not in node.attributes.get("class", "").split():
            if node.name == "br":
                text.append(" ")
            if node.name in _BLOCKS:
                flush()
                around.append(node)
                todo.append((None, is_code))
            todo.extend((child, is_code or node.name == "pre") for child in reversed(node.children))
    flush()
    return found


def texts(element: Element) -> list[str]:
    """The same without the elements."""
    return [text for text, _ in pieces(element)]


@lru_cache(maxsize=4096)
def fragment(html: str) -> tuple[str, ...]:
    """The same for a piece of HTML, such as a documentation string, in which not every tag may close."""
    return tuple(texts(tree(html)[0]))
