"""What every scraper is made of: a request, readings, documents, and the `Scraper` base class.

Fetching and parsing are apart. `fetch` finds documents (in an installed package, a wheel, a git repository; later: at a
URL or behind an API) and knows nothing of what they say. `parse` is a pure function from one document to rows and
knows nothing of where the document came from.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kb.errors import KBError
from kb.logs import Key, LogSpec

#: What a document shows: the value of each key. A listing holds only what is listed ("true").
Rows = dict[Key, str]


class ScrapeError(KBError):
    """A source could not be read, or does not look the way its scraper knows it.

    Attributes:
        where: Document and place inside it, package, or file.
        what: What is wrong.
        remedy: What the reader of the message can do.
    """

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(f"{where}: {what}. {remedy}")


@dataclass(frozen=True)
class Document:
    """One document as it was read.

    Attributes:
        name: Its path inside the package (or on the site).
        content: Its bytes, uncompressed.
        url: Where a person can look at it; may be empty.
        profile: Which part the scraper shall read, in the scraper's own words; empty means everything.
    """

    name: str
    content: bytes
    url: str = ""
    profile: str = ""


@dataclass(frozen=True)
class Reading:
    """Everything that a source showed at one date; its documents together are the whole picture.

    Attributes:
        origin: Package and version, "botocore 1.8.4".
        observed_on: The date (UTC) that the observation stands for.
        documents: What was read, at least one.
    """

    origin: str
    observed_on: date
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Request:
    """What the user asked for. With neither `wheel` nor `git_dir`, the installed package is read.

    Attributes:
        wheel: Read this wheel file.
        git_dir: Read the history in this git directory (a bare clone, or the `.git` of a work tree).
        observed_on: Date of the observation, for an installed package only; today (UTC) when not given.
        accept_vanished: Accept a reading in which most of what was there is gone, which otherwise counts as a sign
            that the source changed its structure.
    """

    wheel: Path | None = None
    git_dir: Path | None = None
    observed_on: date | None = None
    accept_vanished: bool = False

    def __post_init__(self) -> None:
        if self.wheel is not None and self.git_dir is not None:
            raise ScrapeError("request", "a wheel and a git directory at once", "Name one of the two.")
        if self.observed_on is not None and (self.wheel is not None or self.git_dir is not None):
            raise ScrapeError(
                "request",
                "a date was given for a wheel or a git directory, which carry their own dates",
                "Leave the date out; it is meant for the installed package.",
            )


class Scraper(abc.ABC):
    """One source.

    Attributes:
        source: Its name on the command line and in scrapes.csv; equals `log.name`.
        title: One line for people.
        log: The form of its observation log.
    """

    source: str
    title: str
    log: LogSpec

    @abc.abstractmethod
    def fetch(self, request: Request) -> Iterator[Reading]:
        """Find the documents, oldest reading first.

        Raises:
            ScrapeError: Package, file or repository is missing or is not what it should be.
        """

    @abc.abstractmethod
    def parse(self, document: Document) -> Rows:
        """Turn one document into rows; pure.

        Raises:
            ScrapeError: The document is damaged, or its structure is not the known one; names the place.
        """

    def rows_seen(self, rows: Rows) -> int:
        """How many things the document showed, for scrapes.csv."""
        return len(rows)

    def selector(self, data_dir: Path) -> Callable[[Rows], Rows]:
        """A function that picks the rows that the log keeps; made once per run. All rows unless a scraper says less.

        Args:
            data_dir: Where the other logs are.
        """
        del data_dir
        return lambda rows: rows
