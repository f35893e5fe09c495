"""A page of AWS's documentation: whether it is the page that was asked for, whole, and what stands at a place in it.

The known form, from 2018 to today: `<html lang="en-US">`, inside it one `div#main-col-body` with one `h1`, which has
the topic's id; the same id is the stem of the file name, and is told again in the page's canonical link and in its
meta `target_state`. References describe members in `dl`: `<dt><a id="sagemaker-Type-ResourceConfig-VolumeKmsKeyId"></a>
<span class="term"><b>VolumeKmsKeyId</b></span></dt><dd><p>...</p><p>Type: String</p>...</dd>`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NoReturn
from urllib.parse import urlsplit

from scrapers.base import Document, ScrapeError
from scrapers.sentences.markup import HEADINGS, Element, Fault, pieces, texts, tree
from scrapers.sentences.wording import words

#: Everything in `div#main-col-body`.
WHOLE_PAGE = "page"
#: What stands between the title and the next heading.
INTRODUCTION = "introduction"
#: What stands between a heading, named by its id or its text, and the next one of whatever level.
HEADING = "heading:"

_MAIN = "main-col-body"
#: Where the page has them, the first stands below the text, and the others are its last elements.
_FOOTER = "main-col-footer"
_LAST = ("awsdocs-copyright", "awsdocs-thumb-feedback")
_END = re.compile(r"</html\s*>\s*(?:<!--.*?-->\s*)*\Z", re.IGNORECASE | re.DOTALL)
#: The first line below a member's description: its type in the API reference, its need in the CloudFormation guide.
_FACTS = re.compile(r"(?:Type|Required)\s*:")
_REMEDY = "Open it in a browser; where the site has changed, the scraper or watched_sentences.csv must follow."


class Article:
    """A page that was found sound.

    Raises:
        ScrapeError: It is cut, damaged, in another language, or another page than the one that was asked for.
    """

    def __init__(self, document: Document) -> None:
        self.name = document.name
        try:
            html = document.content.decode("utf-8")
        except UnicodeDecodeError as error:
            self._fail("", f"not UTF-8 at byte {error.start}")
        root, faults = tree(html)
        self.main = self._checked(root, faults, _END.search(html) is not None)
        self._check_identity(root)

    def _fail(self, place: str, what: str) -> NoReturn:
        raise ScrapeError(f"{self.name}, {place}" if place else self.name, what, _REMEDY)

    def _checked(self, root: Element, faults: list[Fault], has_end: bool) -> Element:
        title = " ".join("".join(t for t in e.children if isinstance(t, str)) for e in root.all("title")[:1]).strip()
        mains = [element for element in root.walk() if element.attributes.get("id") == _MAIN]
        if len(mains) != 1:
            self._fail("", f"{len(mains)} elements with the id {_MAIN} on a page with the title {title[:80]!r}")
        language = next((element.attributes.get("lang", "") for element in root.all("html")), "")
        if not re.match(r"en\b", language, re.IGNORECASE):
            self._fail("", f"the language is {language!r}, not English")
        main = mains[0]
        if not has_end:
            self._fail("", "it does not end with </html>: it was cut")
        for fault in faults:
            if fault.is_inside(main):
                self._fail("", f"{fault.what}: it was damaged")
        if not main.is_closed or any(element.attributes.get("id") == _FOOTER for element in main.walk()):
            self._fail("", f"{_MAIN} does not close before the foot of the page")
        if len(root.all(*_LAST)) != len(main.all(*_LAST)):
            self._fail("", f"{_MAIN} closes before its last element")
        titles = main.all("h1")
        if len(titles) != 1 or not texts(titles[0]):
            self._fail("", f"{len(titles)} titles (h1) instead of one")
        if not any(texts(element) for element in main.all("p")):
            self._fail("", "no paragraph below the title")
        return main

    def _check_identity(self, root: Element) -> None:
        stem = PurePosixPath(self.name).stem.lower()
        told = {anchor for title in self.main.all("h1") for anchor in title.anchors()}
        told |= {
            element.attributes.get("content", "").lower()
            for element in root.all("meta")
            if element.attributes.get("name") == "target_state"
        }
        paths = {
            urlsplit(element.attributes.get("href", "")).path
            for element in root.all("link")
            if element.attributes.get("rel") == "canonical"
        }
        if stem not in told and f"/{self.name}" not in paths:
            known = ", ".join(sorted({*told, *paths} - {""})) or "nothing"
            self._fail("", f"it is another page: it calls itself {known[:200]}")

    def at(self, place: str) -> list[str] | None:
        """The paragraphs at a place; None where the page has it no more although it has others of its kind.

        Args:
            place: `WHOLE_PAGE`, `INTRODUCTION`, `HEADING` with an id or a text, or the id of a member.

        Raises:
            ScrapeError: The page has no places of this kind, or this one is not of the known form.
        """
        if place == WHOLE_PAGE:
            return texts(self.main)
        if place == INTRODUCTION:
            return self._below(self.main.all("h1")[0])
        if place.startswith(HEADING):
            return self._section(place.removeprefix(HEADING).strip())
        return self._member(place)

    def _below(self, heading: Element) -> list[str]:
        found: list[str] = []
        is_inside = False
        for text, element in pieces(self.main):
            if element.name in HEADINGS:
                is_inside = element is heading
            elif is_inside:
                found.append(text)
        return found

    def _section(self, name: str) -> list[str] | None:
        headings = self.main.all(*HEADINGS[1:])
        if not headings:
            self._fail(name, "the page has no headings")
        named = [one for one in headings if name.lower() in one.anchors() or words(_joined(one)) == words(name)]
        if len(named) > 1:
            self._fail(name, f"{len(named)} headings of this name")
        return self._below(named[0]) if named else None

    def _member(self, anchor: str) -> list[str] | None:
        wanted = anchor.lower()
        stem, _, name = wanted.rpartition("-")
        lists = [_described(one) for one in self.main.all("dl")]
        named = [pair for pairs in lists for pair in pairs if wanted in pair[0].anchors()]
        if len(named) > 1:
            self._fail(anchor, f"{len(named)} members of this name")
        if named:
            return self._description(anchor, named[0][1])
        siblings = [pairs for pairs in lists if any(a.startswith(f"{stem}-") for dt, _ in pairs for a in dt.anchors())]
        if not siblings:
            self._fail(anchor, f"no member whose id begins with {stem}-")
        if any(_joined(term).lower() == name for pairs in siblings for term, _ in pairs):
            self._fail(anchor, "the member stands under another id")
        return None

    def _description(self, anchor: str, description: Element | None) -> list[str]:
        if description is None:
            self._fail(anchor, "the member has no description (dd)")
        told = texts(description)
        end = next((n for n, text in enumerate(told) if _FACTS.match(text)), None)
        if end is None:
            self._fail(anchor, "no line with the type below the member's description")
        return told[:end]


def _joined(element: Element) -> str:
    return " ".join(texts(element))


def _described(members: Element) -> list[tuple[Element, Element | None]]:
    """Each `dt` of a `dl` with the `dd` right after it."""
    parts = [child for child in members.children if isinstance(child, Element) and child.name in ("dt", "dd")]
    following = [*parts[1:], None]
    return [
        (one, after if after is not None and after.name == "dd" else None)
        for one, after in zip(parts, following, strict=True)
        if one.name == "dt"
    ]
