"""The paragraphs, list items, headings and table cells of a web page or a documentation string, in order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scrapers.reading.html import BLOCKS, children, tree

if TYPE_CHECKING:
    from bs4.element import Tag

_SILENT = frozenset({"script", "style", "noscript", "template", "head", "title"})
#: The word "Note" above a note is an ornament: the API model has it as a tag only.
_ORNAMENT = "awsdocs-note-title"


def pieces(tag: Tag) -> list[tuple[str, Tag]]:
    """The paragraphs, list items, headings and table cells of an element, in order.

    Returns:
        The text of each with single spaces, and the element around it. A line of code is a piece of its
        own.
    """
    found: list[tuple[str, Tag]] = []
    around = [tag]
    text: list[str] = []

    def flush() -> None:
        joined = " ".join("".join(text).split())
        text.clear()
        if joined:
            found.append((joined, around[-1]))

    todo: list[tuple[Tag | str | None, bool]] = [(tag, False)]
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
        elif node.name not in _SILENT and _ORNAMENT not in str(node.get("class", "")).split():
            if node.name == "br":
                text.append(" ")
            if node.name in BLOCKS:
                flush()
                around.append(node)
                todo.append((None, is_code))
            todo.extend((child, is_code or node.name == "pre") for child in reversed(list(children(node))))
    flush()
    return found


def texts(tag: Tag) -> list[str]:
    """The same without the elements."""
    return [text for text, _ in pieces(tag)]


@lru_cache(maxsize=4096)
def fragment(html: str) -> tuple[str, ...]:
    """The same for a piece of HTML, such as a documentation string, in which not every tag may close."""
    return tuple(texts(tree(html)))
