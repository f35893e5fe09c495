"""What every scraper is made of: a request, readings, documents, and the `Scraper` base class.

Fetching and parsing are apart. `fetch` finds documents (in an installed package, a wheel, a git repository, at a URL,
behind an API) and knows nothing of what they say. `parse` is a pure function from one document to rows and
knows nothing of where the document came from.
"""

from __future__ import annotations

import abc
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from kb.dataset.log_specs import Key, LogSpec
from kb.errors import KBError

#: What a document shows: the value of each key. A listing holds only what is listed ("true").
Rows = dict[Key, str]

#: Takes one sentence about something in a document that the parser saw and could not use.
Remark = Callable[[str], None]


def ignore(sentence: str) -> None:
    """Drop a remark."""


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


class Unreachable(ScrapeError):
    """The source cannot be read from here: no network, no credentials, or an installed package older than the log.

    Says nothing about the source, so it is a reason to leave it out of a refresh, not a fault of it.
    """


@dataclass(frozen=True)
class Document:
    """One document as it was read.

    Attributes:
        name: Its path inside the package, on the site, or in the API ("DescribeInstanceTypes/us-east-1.json").
        content: Its bytes, uncompressed; empty where `file` holds them.
        url: Where a person can look at it; may be empty.
        profile: Which part the scraper shall read, in the scraper's own words; empty means everything.
        file: A file that holds the bytes of a document too large for memory. It is there until the next reading of
            the same `fetch` is asked for.
    """

    name: str
    content: bytes
    url: str = ""
    profile: str = ""
    file: Path | None = None

    def open(self) -> io.BufferedIOBase:
        """Open the bytes for reading; the caller closes."""
        return self.file.open("rb") if self.file is not None else io.BytesIO(self.content)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Reading:
    """Everything that a source showed at one date; its documents together are the whole picture.

    Attributes:
        origin: Package and version ("botocore 1.8.4"), or API or site ("EC2 API", "EC2 instance types guide").
        observed_on: The date (UTC) that the observation stands for.
        documents: What was read, at least one.
        unread: Parts of the picture (Regions, pages) that could not be read this time or were not asked for. What
            the log says about them stays; see `Scraper.part`. `EVERYTHING_ELSE` stands for all parts not read.
        failures: Why, one sentence each, for the user.
    """

    origin: str
    observed_on: date
    documents: tuple[Document, ...]
    unread: frozenset[str] = frozenset()
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """What the user asked for. With neither `wheel` nor `git_dir`, the installed package or the live source is read.

    Attributes:
        wheel: Read this wheel file (packages only).
        git_dir: Read the history in this git directory (a bare clone, or the `.git` of a work tree; packages only).
        observed_on: Date of the observation, for an installed package only; today (UTC) when not given.
        accept_vanished: Accept a reading in which most of what was there is gone, which otherwise counts as a sign
            that the source changed its structure.
        regions: Ask these AWS Regions only; all that the account has enabled (or the price list knows) when empty.
        profile: Profile of the AWS configuration; the usual credential chain when empty.
        mirrors: Sites to read in the place of others, by scheme and host: {"https://docs.aws.amazon.com":
            "http://127.0.0.1:8000"}.
        cache_dir: Folder of the HTTP cache; none is kept when not given.
        data_dir: The data folder, for scrapers that look up what to read in a curated table. Set by `run`.
        progress: Told in a few words what is being read, for people who wait.
    """

    wheel: Path | None = None
    git_dir: Path | None = None
    observed_on: date | None = None
    accept_vanished: bool = False
    regions: tuple[str, ...] = ()
    profile: str = ""
    mirrors: Mapping[str, str] = field(default_factory=dict)
    cache_dir: Path | None = None
    data_dir: Path | None = None
    progress: Callable[[str], None] = ignore

    def __post_init__(self) -> None:
        if self.wheel is not None and self.git_dir is not None:
            raise ScrapeError("request", "a wheel and a git directory at once", "Name one of the two.")
        if self.observed_on is not None and (self.wheel is not None or self.git_dir is not None):
            raise ScrapeError(
                "request",
                "a date was given for a wheel or a git directory, which carry their own dates",
                "Leave the date out; it is meant for the installed package.",
            )


#: In `Reading.unread`: every part of which the reading has no document.
EVERYTHING_ELSE = "*"


class Scraper(abc.ABC):
    """One source.

    Attributes:
        title: One line for people.
        log: The form of its observation log.
        needs: What reading it takes: "package", "internet" or "credentials".
        is_live: Whether the source may show something else tomorrow under the same origin. A package's release never
            does; of a live source each reading counts as verified on its day, and a later one on the same day
            replaces what the earlier one wrote.
    """

    title: str
    log: LogSpec
    needs: str = "package"
    is_live: bool = False

    @property
    def source(self) -> str:
        """Its name on the command line and in scrapes.csv, which is that of its log."""
        return self.log.name

    @property
    def may_vanish(self) -> float:
        """Share of what the log has that one reading may lack; more is taken for a changed structure."""
        return 0.1 if self.is_live else 0.5

    @abc.abstractmethod
    def fetch(self, request: Request) -> Iterator[Reading]:
        """Find the documents, oldest reading first.

        Raises:
            ScrapeError: Package, file or repository is missing or is not what it should be.
        """

    @abc.abstractmethod
    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Turn one document into rows; pure.

        Args:
            document: What was fetched.
            remark: Told of each thing that is in no known form and is no reason to refuse the document.

        Raises:
            ScrapeError: The document is damaged, or its structure is not the known one; names the place.
        """

    def merge(self, parsed: Mapping[str, Rows], state: Rows, remark: Remark = ignore) -> Rows:
        """Put the rows of a reading's documents together; they must not overlap unless a scraper says otherwise.

        Args:
            parsed: Rows by name of the document.
            state: What the log says so far, by key.
            remark: As for `parse`.

        Raises:
            ScrapeError: Documents contradict each other.
        """
        merged: Rows = {}
        for name, rows in parsed.items():
            twice = merged.keys() & rows.keys()
            if twice:
                raise ScrapeError(name, f"{', '.join(min(twice))} is in another document too", "Compare the documents.")
            merged.update(rows)
        return merged

    def part(self, key: Key) -> str | None:
        """The part of the picture that a key belongs to, in the words of `Reading.unread`; None where it has none."""
        return None

    def rows_seen(self, rows: Rows) -> int:
        """How many things the document showed, for scrapes.csv."""
        return sum(self.log.says_presence(key) for key in rows)

    def selector(self, data_dir: Path) -> Callable[[Rows], Rows]:
        """A function that picks the rows that the log keeps; made once per run. All rows unless a scraper says less.

        Args:
            data_dir: Where the other logs are.
        """
        return lambda rows: rows
