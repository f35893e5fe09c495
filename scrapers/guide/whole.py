"""Whether the text of a page is complete and undamaged, before anything is read from it.

A browser, and most parsers, mend what they get: they close what is open, move text out of tables, and take a page that
was cut for a shorter one. A table that was mended may say something that nobody wrote, so a page that needs mending is
refused.
"""

from __future__ import annotations

import re

from scrapers.base import Document, ScrapeError

REMEDY = "Look at the page in a browser. Where its form changed, the parser must learn the new one."

#: Tags that give lists and tables their structure. Each must be closed by its own end tag.
_STRUCTURE = frozenset({"code", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "sup"}) | {
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
}
#: What stands inside these is not markup.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:"[^"]*"|'[^']*'|[^'"<>])*)>""")
_OPENING = re.compile(r"<[a-zA-Z/!?]")
_HTML = re.compile(r"<html(?=[\s>])", re.IGNORECASE)
_END = re.compile(r"</html\s*>\s*\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_CHARSET = re.compile(r"""<meta[^>]*\bcharset\s*=\s*["']?\s*([^"'\s;/>]+)""", re.IGNORECASE)
_MAIN = re.compile(r"""<div(?=\s)[^>]*\sid\s*=\s*["']?main-col-body["'\s>]""", re.IGNORECASE)


def text_of(document: Document) -> str:
    """The text of a page.

    Raises:
        ScrapeError: Not UTF-8, cut off, two pages in one, or without the column that holds what the page says.
    """
    name = document.name
    with document.open() as stream:
        content = stream.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScrapeError(name, f"not UTF-8 at byte {error.start}", REMEDY) from error
    control = _CONTROL.search(text)
    if control:
        what = f"character U+{ord(control[0]):04X} in {_line(text, control.start())}: the text was damaged on its way"
        raise ScrapeError(name, what, REMEDY)
    charset = _CHARSET.search(text)
    if charset and charset[1].lower() != "utf-8":
        raise ScrapeError(name, f"says that it is written in {charset[1]}, and UTF-8 is expected", REMEDY)
    plain = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    count = len(_HTML.findall(plain))
    if count != 1:
        raise ScrapeError(name, f"{count} <html> tags instead of one: not a page, or several", REMEDY)
    if not _END.search(plain):
        raise ScrapeError(name, "does not end in </html>: it was cut off", REMEDY)
    start, end = _check_nesting(name, plain)
    for comment in _COMMENT.finditer(text, start, end):
        hidden = next((tag[2] for tag in _TAG.finditer(comment[0]) if tag[2].lower() in _STRUCTURE), None)
        if hidden is not None:
            where = _line(text, comment.start())
            raise ScrapeError(name, f"<{hidden}> in a comment in {where}: a part of the page was taken out", REMEDY)
    return text


def _check_nesting(name: str, plain: str) -> tuple[int, int]:
    """Refuse a main column in which structural tags do not close where they should; `plain` has no comments.

    Returns:
        Where the column starts and ends.
    """
    starts = [match.start() for match in _MAIN.finditer(plain)]
    if len(starts) != 1:
        what = f"{len(starts)} elements div#main-col-body instead of one: not a page of the guide"
        raise ScrapeError(name, what, REMEDY)
    position = starts[0]
    is_open: list[tuple[str, int]] = []
    for match in _TAG.finditer(plain, position):
        _check_between(name, plain, position, match.start())
        position = match.end()
        tag = match[2].lower()
        if tag not in _STRUCTURE:
            continue
        if match[3].endswith("/"):
            raise ScrapeError(name, f"<{tag}/> in {_line(plain, match.start())} holds nothing", REMEDY)
        if not match[1]:
            is_open.append((tag, match.start()))
            continue
        opened, start = is_open.pop()
        if opened != tag:
            what = f"<{opened}> in {_line(plain, start)} is open where </{tag}> stands in {_line(plain, match.start())}"
            raise ScrapeError(name, what, REMEDY)
        if not is_open:
            return starts[0], position
    where = _line(plain, is_open[-1][1] if is_open else starts[0])
    raise ScrapeError(name, f"<{is_open[-1][0] if is_open else 'div'}> in {where} is never closed", REMEDY)


def _check_between(name: str, text: str, start: int, end: int) -> None:
    """Refuse half a tag in the text between two tags."""
    half = _OPENING.search(text, start, end)
    if half:
        raise ScrapeError(name, f"half a tag in {_line(text, half.start())}", REMEDY)


def _line(text: str, position: int) -> str:
    return f"line {text.count(chr(10), 0, position) + 1}"
