"""A page of AWS's documentation: whether it is the page that was asked for, and what it says at a place.

The known form, from 2018 to today: `<html lang="en-US">`, inside it one `div#main-col-body` with one `h1`, which has
the topic's id; the same id is the stem of the file name, and is told again in the page's canonical link and in its
meta `target_state`. References describe members in `dl`: `<dt><a id="sagemaker-Type-ResourceConfig-VolumeKmsKeyId"></a>
<span class="term"><b>VolumeKmsKeyId</b></span></dt><dd><p>...</p><p>Type: String</p>...</dd>`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from scrapers.base import Document
from scrapers.reading import html
from scrapers.sentences.paragraphs import pieces, texts
from scrapers.sentences.wording import words

if TYPE_CHECKING:
    from bs4.element import Tag

#: Everything in `div#main-col-body`.
WHOLE_PAGE = "page"
#: What is between the title and the next heading.
INTRODUCTION = "introduction"
#: What is between a heading, named by its id or its text, and the next one of any level.
HEADING = "heading:"

#: The first line below a member's description: its type in the API reference, its need in the CloudFormation guide.
_FACTS = re.compile(r"(?:Type|Required)\s*:")


class Article:
    """A sound page, and the one that was asked for.

    Raises:
        ScrapeError: It is cut, damaged, in another language, or another page than the one that was asked for.
    """

    def __init__(self, document: Document) -> None:
        self.page = html.load(document)
        root = self.page.root
        told = _anchors(self.page.title)
        told |= {str(meta.get("content")).lower() for meta in root.find_all("meta", attrs={"name": "target_state"})}
        paths = {urlsplit(str(link.get("href"))).path for link in root.find_all("link", rel="canonical")}
        if PurePosixPath(document.name).stem.lower() not in told and f"/{document.name}" not in paths:
            known = ", ".join(sorted({*told, *paths} - {""})) or "nothing"
            html.fail(document.name, f"it is another page: it calls itself {known[:200]}")

    def _fail(self, place: str, what: str) -> NoReturn:
        html.fail(f"{self.page.name}, {place}", what)

    def at(self, place: str) -> list[str] | None:
        """The paragraphs at a place; None where it is gone, while the page has others of its kind.

        Args:
            place: `WHOLE_PAGE`, `INTRODUCTION`, `HEADING` with an id or a text, or the id of a member.

        Raises:
            ScrapeError: The page has no places of this kind, or this one is not of the known form.
        """
        if place == WHOLE_PAGE:
            return texts(self.page.main)
        if place == INTRODUCTION:
            return self._below(self.page.title)
        if place.startswith(HEADING):
            return self._section(place.removeprefix(HEADING).strip())
        return self._member(place)

    def _below(self, heading: Tag) -> list[str]:
        found: list[str] = []
        is_inside = False
        for text, element in pieces(self.page.main):
            if element.name in html.HEADINGS:
                is_inside = element is heading
            elif is_inside:
                found.append(text)
        return found

    def _section(self, name: str) -> list[str] | None:
        headings = self.page.main.find_all(html.HEADINGS[1:])
        if not headings:
            self._fail(name, "the page has no headings")
        named = [one for one in headings if name.lower() in _anchors(one) or words(_joined(one)) == words(name)]
        if len(named) > 1:
            self._fail(name, f"{len(named)} headings of this name")
        return self._below(named[0]) if named else None

    def _member(self, anchor: str) -> list[str] | None:
        wanted = anchor.lower()
        stem, _, name = wanted.rpartition("-")
        lists = [one.find_all("dt", recursive=False) for one in self.page.main.find_all("dl")]
        named = [term for terms in lists for term in terms if wanted in _anchors(term)]
        if len(named) > 1:
            self._fail(anchor, f"{len(named)} members of this name")
        if named:
            return self._description(anchor, named[0])
        siblings = [terms for terms in lists if any(a.startswith(f"{stem}-") for dt in terms for a in _anchors(dt))]
        if not siblings:
            self._fail(anchor, f"no member whose id begins with {stem}-")
        if any(_joined(term).lower() == name for terms in siblings for term in terms):
            self._fail(anchor, "the member has another id")
        return None

    def _description(self, anchor: str, term: Tag) -> list[str]:
        description = term.find_next_sibling(["dt", "dd"])
        if description is None or description.name != "dd":
            self._fail(anchor, "the member has no description (dd)")
        told = texts(description)
        end = next((n for n, text in enumerate(told) if _FACTS.match(text)), None)
        if end is None:
            self._fail(anchor, "no line with the type below the member's description")
        return told[:end]


def _anchors(tag: Tag) -> set[str]:
    """What links can point to in an element (`id` or `name`), lower case."""
    named = [tag, *tag.find_all(True)]
    return {str(one[key]).lower() for one in named for key in ("id", "name") if one.get(key)}


def _joined(tag: Tag) -> str:
    return " ".join(texts(tag))
