"""Small sources for tests of the refresh: each shows what a log says, with the changes that a test asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from kb.dataset.log_specs import PRESENCE, SPECS
from kb.dataset.logs import read_log
from scrapers.base import Document, Reading, Remark, Request, Rows, ScrapeError, Scraper, ignore

#: After everything in the small world, and before today.
DAY = "2026-11-01"


class Fake(Scraper):
    """A live source whose one document is the JSON of its rows.

    Attributes:
        shown: Called when the source is read; returns what it shows, by key.
        before: Called before that, with the request; may raise what a real source would raise.
        on: Day of the reading.
        remarks: What the parser does not understand.
        failures: Parts that cannot be read.
    """

    needs = "internet"
    is_live = True

    def __init__(self, name: str, shown: Rows, on: str = DAY) -> None:
        self.title = f"fake {name}"
        self.log = SPECS[name]
        self.shown = shown
        self.before: Callable[[Request], None] = lambda request: None
        self.on = on
        self.remarks: tuple[str, ...] = ()
        self.failures: tuple[str, ...] = ()
        self.times_read = 0

    @classmethod
    def of(cls, data_dir: Path, name: str, on: str = DAY) -> Fake:
        """A source that shows what its log says."""
        spec = SPECS[name]
        state = read_log(spec.path(data_dir), spec).state
        gone = {key[0] for key, value in state.items() if spec.facts and key[1] == PRESENCE and value == "false"}
        shown = {k: value for k, value in state.items() if (value == "true" if spec.is_listing else k[0] not in gone)}
        return cls(name, shown, on)

    def fetch(self, request: Request) -> Iterator[Reading]:
        self.times_read += 1
        request.progress(f"reading {self.source}")
        self.before(request)
        content = json.dumps(sorted((list(key), value) for key, value in self.shown.items())).encode()
        documents = (Document(f"{self.source}.json", content, "https://example.com/"),)
        yield Reading(f"fake {self.source}", date.fromisoformat(self.on), documents, failures=self.failures)

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        for each in self.remarks:
            remark(each)
        return {tuple(key): value for key, value in json.loads(document.content)}

    # -- what a test lets the world do ----------------------------------------------------------------------------

    def show(self, *key: str, value: str = "true") -> None:
        """Show something, new or otherwise than before."""
        self.shown[key] = value

    def hide(self, *start: str) -> None:
        """Show nothing any more whose key begins so."""
        gone = [key for key in self.shown if key[: len(start)] == start]
        assert gone, f"{self.source} does not show {start}"
        for key in gone:
            del self.shown[key]

    def fail(self, error: Exception) -> None:
        """Raise this when the source is read."""

        def raise_error(request: Request) -> None:
            del request
            raise error

        self.before = raise_error


def damaged(source: str) -> ScrapeError:
    """What a page in an unknown form ends in."""
    return ScrapeError(f"{source}.json, table 1, row 3", "cell 'x' is no number", "Compare the page with the parser.")


def add_type(capture: Fake, ec2_type: str, **facts: str) -> None:
    """Let the capture show an EC2 type."""
    for fact, value in ({PRESENCE: "true"} | facts).items():
        capture.show(ec2_type, fact, value=value)
