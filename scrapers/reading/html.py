"""A page of AWS's documentation as a tree, refused where it is damaged: cut off, badly nested, or another page.

The tree is made by BeautifulSoup with Python's own html.parser. That builder adds nothing and moves nothing: a table
without tbody has none, the second head and body stay where they are, and rows keep the order of the source. lxml and
html5lib would repair the page (add a tbody, merge the bodies, move stray text out of a table), which hides exactly what
has to be noticed, and would be one dependency more.

A browser repairs what it gets, and so does every parser: it closes what is open, and takes a page that was cut for a
shorter one. A page that was repaired may say something that nobody wrote. So `load` refuses every page that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from kb.errors import need
from scrapers.base import Document, ScrapeError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

REMEDY = "Open the page in a browser. If AWS changed it, teach the parser the new form (or edit watched_sentences.csv)."

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Tags around a piece of text of its own: a paragraph, a list item, a cell.
BLOCKS = frozenset(HEADINGS) | {
    *("address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "form", "head", "header", "hr", "html", "important", "li", "main", "nav", "note", "ol"),
    *("p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"),
}
#: Tags that give a page its structure. In the main column, each must be closed by its own end tag, but for `<p/>`.
_STRUCTURE = (BLOCKS | {"code", "noscript", "script", "style", "sup", "template"}) - {"hr"}
#: A tag that has no end tag. Where it is written as `<br />`, BeautifulSoup does not look for one at every later tag.
_VOID = re.compile(
    r"<((?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)(?:\s[^<>]*)?)(?<!/)>", re.IGNORECASE
)
#: Pages nest at most 30 deep. The limit bounds the time for a hostile one.
_DEEPEST = 500

_MAIN = "main-col-body"
#: Where the page has them, the foot is below the main column, and the others are the last elements in it.
_FOOT = "main-col-footer"
_LAST = ("awsdocs-copyright", "awsdocs-thumb-feedback")

_ENGLISH = re.compile(r"en([-_].*)?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_CHARSET = re.compile(r"""<meta[^<>]*\bcharset\s*=\s*["']?\s*([^"'\s;/>]+)""", re.IGNORECASE)
_HTML = re.compile(r"<html(?=[\s>])", re.IGNORECASE)
_END = re.compile(r"</html\s*>\s*\Z", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: What is not markup: a comment, and what a script or style sheet holds; to the end of the page where it does not end.
_NOT_MARKUP = re.compile(
    r"(?P<tag><(?P<name>script|style)(?=[\s>])[^<>]*(?<!/)>).*?(?=</(?P=name)[\s/>]|\Z)|<!--.*?(?:-->|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_OPENING = re.compile(r"<[a-zA-Z/!?]")
_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:._-]*)(?=[\s/>])(?:"[^"<]*"|'[^'<]*'|[^'"<>/]|/(?!>))*(?P<empty>/?)>"""
)


def fail(where: str, what: str) -> NoReturn:
    """Refuse the page."""
    raise ScrapeError(where, what, REMEDY)


def refuse(where: str, *faults: tuple[object, str]) -> None:
    """Refuse the page for the first of these faults that it has: whether it has the fault, and what the fault is."""
    for is_there, what in faults:
        if is_there:
            fail(where, what)


@dataclass(frozen=True)
class Page:
    """A sound page.

    Attributes:
        name: Name of the document, for messages.
        root: The whole tree.
        main: The column that holds what the page says.
        title: Its one title.
    """

    name: str
    root: BeautifulSoup = field(repr=False)
    main: Tag = field(repr=False)
    title: Tag = field(repr=False)


def tree(html: str) -> BeautifulSoup:
    """Make a tree of HTML, sound or not.

    Raises:
        MissingExtraError: BeautifulSoup is not installed.
    """
    bs4 = need("bs4", "scrape", "Reading web pages")
    # without the line end, BeautifulSoup warns of text that looks like an address or a file name
    soup: BeautifulSoup = bs4.BeautifulSoup(f"{html}\n", "html.parser", multi_valued_attributes=None)
    return soup


def children(tag: Tag) -> Iterator[Tag | str]:
    """The elements and texts that stand directly in an element, in order, without comments."""
    from bs4.element import PreformattedString, Tag

    for child in tag.children:
        if isinstance(child, Tag) or (isinstance(child, str) and not isinstance(child, PreformattedString)):
            yield child


def text_of(tag: Tag) -> str:
    """All text of an element with single spaces, also where a tag is."""
    return " ".join(tag.get_text(" ").split())


def window_title(root: BeautifulSoup) -> str:
    """What the title of the browser's window is."""
    title = root.find("title")
    return "" if title is None else text_of(title)


def load(document: Document, language: str = "") -> Page:
    """Make the tree of a page, and check that it is whole.

    Args:
        document: The page.
        language: The language of a page that does not name its own.

    Raises:
        ScrapeError: The page is damaged, in another language, or has no main column with a title and a paragraph.
        MissingExtraError: BeautifulSoup is not installed.
    """
    name = document.name
    text, markup = _decoded(document)
    root = tree(text)
    mains = root.find_all(id=_MAIN)
    if len(mains) != 1:
        fail(name, f"{len(mains)} elements with the id {_MAIN} on a page with the title {window_title(root)[:80]!r}")
    main = mains[0]
    named = str(next((html.get("lang") for html in root.find_all("html")), None) or language)
    _check_column(name, text, markup, main)
    titles = main.find_all("h1")
    refuse(
        name,
        (not _ENGLISH.fullmatch(named), f"the language is {named!r}, not English"),
        (main.find(id=_FOOT) is not None, f"{_MAIN} does not close before the foot of the page"),
        (len(root.find_all(_LAST)) != len(main.find_all(_LAST)), f"{_MAIN} closes before its last element"),
        (len(titles) != 1 or not text_of(titles[0]), f"{len(titles)} titles (h1) instead of one"),
        (not any(text_of(paragraph) for paragraph in main.find_all("p")), "no paragraph below the title"),
    )
    return Page(name, root, main, titles[0])


def _decoded(document: Document) -> tuple[str, str]:
    """The text of a page, and the same with blanks in the place of what is not markup."""
    name = document.name
    with document.open() as stream:
        content = stream.read()
    try:
        text = _VOID.sub(r"<\1 />", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScrapeError(name, f"not UTF-8 at byte {error.start}", REMEDY) from error
    control = _CONTROL.search(text)
    if control:
        fail(name, f"character U+{ord(control[0]):04X} in {_line(text, control.start())}: the text was damaged")
    charset = "".join(_CHARSET.findall(text)[:1])
    markup = _NOT_MARKUP.sub(_blank, text)
    count = len(_HTML.findall(markup))
    refuse(
        name,
        (charset.lower() not in ("", "utf-8"), f"it says that it is written in {charset}, not in UTF-8"),
        (count != 1, f"{count} <html> tags instead of one: not a page, or several"),
        (not _END.search(markup), "it does not end with </html>: it was cut off"),
    )
    return text, markup


def _blank(match: re.Match[str]) -> str:
    tag = match["tag"] or ""
    return tag + re.sub(r"[^\n]", " ", match[0][len(tag) :])


def _check_column(name: str, text: str, markup: str, main: Tag) -> None:
    """Refuse a main column in which a structural tag does not close where it should, or that hides a part of itself."""
    lines = markup.split("\n")[: (main.sourceline or 1) - 1]
    start = sum(len(line) + 1 for line in lines) + (main.sourcepos or 0)
    around = [(parent.name, start) for parent in reversed(list(main.parents))]
    is_open, elements = list(around), 0
    for opening in _OPENING.finditer(markup, start):
        position = opening.start()
        match = _TAG.match(markup, position) or fail(name, f"half a tag in {_line(markup, position)}")
        tag = match["name"].lower()
        if match["end"]:
            _close(name, markup, is_open, tag, position)
            if len(is_open) <= len(around):
                break
            continue
        elements += 1
        if not match["empty"]:
            is_open.append((tag, position))
        elif tag in _STRUCTURE and tag != "p":
            fail(name, f"<{tag}/> in {_line(markup, position)} holds nothing")
        if len(is_open) > _DEEPEST:
            fail(name, f"<{tag}> in {_line(markup, position)} is nested too deep")
    else:
        fail(name, f"{_MAIN} never closes")
    if elements != len(main.find_all(True)) + 1:
        fail(name, "a part of the markup is not read as markup")
    for comment in _COMMENT.finditer(text, start, match.end()):
        hidden = next((tag["name"] for tag in _TAG.finditer(comment[0]) if tag["name"].lower() in _STRUCTURE), None)
        if hidden is not None:
            fail(name, f"<{hidden}> in a comment in {_line(text, comment.start())}: a part of the page was taken out")


def _close(name: str, markup: str, is_open: list[tuple[str, int]], tag: str, position: int) -> None:
    """Close a tag and what is open inside it. Tags that only set letters (`b`) may stay open, or close nothing."""
    depth = next((depth for depth in reversed(range(len(is_open))) if is_open[depth][0] == tag), len(is_open))
    if depth == len(is_open) and tag in _STRUCTURE:
        fail(name, f"</{tag}> in {_line(markup, position)} closes nothing")
    for inner, start in is_open[depth + 1 :]:
        if inner in _STRUCTURE:
            fail(name, f"</{tag}> in {_line(markup, position)} meets <{inner}> of {_line(markup, start)}")
    del is_open[depth:]


def _line(text: str, position: int) -> str:
    return f"line {text.count(chr(10), 0, position) + 1}"
