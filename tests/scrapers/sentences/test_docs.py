"""Watched sentences on web pages: which pages are read, what a page that cannot be read costs, and the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from kb.dataset.log_specs import SAGEMAKER_DOCS
from kb.dataset.logs import read_log, read_scrapes
from scrapers import SCRAPERS
from scrapers.base import Reading, Request, ScrapeError, Unreachable
from scrapers.engine.run import RunResult, run
from scrapers.reading import http
from scrapers.sentences import SagemakerDocs
from scrapers.sentences import pages as module
from tests.scrapers.sentences.pages import guide_page, pages, reference_page
from tests.scrapers.sentences.watching import GUIDE, KEY, REFERENCE, SIZE, fingerprints, write_table

SCRAPER = SagemakerDocs()
OTHER = "sagemaker/latest/dg/other-page.html"
MOUNT, DISKS = "Volumes are mounted at /opt/ml.", "Local disks take no key."
TABLE = [
    {"sentence_id": "guide.mount", "document": GUIDE, "place": "page", "words": "/opt/ml"},
    {"sentence_id": "guide.disks", "document": GUIDE, "place": "page", "words": "local disks"},
    {"sentence_id": "reference.key", "document": REFERENCE, "place": KEY},
    {"sentence_id": "reference.size", "document": REFERENCE, "place": SIZE},
    {"sentence_id": "other", "document": OTHER, "place": "page", "words": "key"},
]
IDS = sorted(row["sentence_id"] for row in TABLE)


def site(mount: str = MOUNT, disks: str = DISKS, key: str = "The key.", size: str = "The size.") -> dict[str, bytes]:
    members = {KEY: key, SIZE: size}
    return {
        GUIDE: guide_page(GUIDE, [text for text in (mount, disks) if text]),
        REFERENCE: reference_page(REFERENCE, {one: text for one, text in members.items() if text}),
        OTHER: guide_page(OTHER, ["Another key."]),
    }


class Client:
    """Stands in for the HTTP client: pages from memory, or errors."""

    def __init__(self, answers: Mapping[str, bytes | ScrapeError]) -> None:
        self.answers, self.asked = answers, list[str]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        return

    def get(self, url: str, *, content_types: tuple[str, ...]) -> http.Page:
        assert content_types == ("text/html",)
        assert url.startswith(module.SITE)
        name = url.removeprefix(module.SITE)
        self.asked.append(name)
        answer = self.answers[name]
        if isinstance(answer, ScrapeError):
            raise answer
        return http.Page(f"http://mirror/{name}", answer)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(SCRAPERS, SCRAPER.source, SCRAPER)
    write_table(tmp_path, [{"source": SCRAPER.source, **row} for row in TABLE])
    return tmp_path


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    client = Client(site())
    monkeypatch.setattr(http, "client", lambda request: client)
    yield client


def fetch(data_dir: Path) -> Reading:
    (reading,) = SCRAPER.fetch(Request(data_dir=data_dir))
    return reading


def read(data_dir: Path) -> RunResult:
    return run(SCRAPER.source, Request(), data_dir)


def log(data_dir: Path) -> dict[tuple[str, ...], str]:
    return read_log(SAGEMAKER_DOCS.path(data_dir), SAGEMAKER_DOCS).state


def moved(name: str) -> ScrapeError:
    return ScrapeError(name, "redirected to elsewhere", "Look.")


def lost(name: str) -> Unreachable:
    return Unreachable(name, "no connection", "Look at the network.")


def test_each_page_is_read_once(data_dir: Path, serve: Client) -> None:
    told: list[str] = []
    (reading,) = SCRAPER.fetch(Request(data_dir=data_dir, progress=told.append))
    assert sorted(serve.asked) == sorted(told) == sorted([GUIDE, REFERENCE, OTHER])
    assert reading.origin == "AWS documentation"
    assert datetime.now(UTC).date() - reading.observed_on <= timedelta(days=1)
    assert (reading.unread, reading.failures) == (frozenset(), ())
    assert {document.url for document in reading.documents} == {f"http://mirror/{name}" for name in serve.asked}
    found = [fingerprints(SCRAPER.parse(document)) for document in reading.documents]
    assert sorted(one for page in found for one in page) == IDS


def test_a_page_that_cannot_be_read_leaves_its_sentences_unread(data_dir: Path, serve: Client) -> None:
    serve.answers = {**site(), GUIDE: moved(GUIDE)}
    reading = fetch(data_dir)
    assert reading.unread == {"guide.mount", "guide.disks"}
    assert reading.failures == (f"{GUIDE}: redirected to elsewhere. Look.",)
    assert len(reading.documents) == 2
    assert {SCRAPER.part((one, fact)) for one in reading.unread for fact in ("is_present", "fingerprint")} == (
        reading.unread
    )


def test_one_page_out_of_reach_does_not_stop_the_others(data_dir: Path, serve: Client) -> None:
    serve.answers = {**site(), GUIDE: lost(GUIDE)}
    reading = fetch(data_dir)
    assert serve.asked[0] == GUIDE
    assert [document.name for document in reading.documents] == [OTHER, REFERENCE]
    assert reading.unread == {"guide.mount", "guide.disks"}


def test_without_a_network_the_source_is_unreachable_after_two_pages(data_dir: Path, serve: Client) -> None:
    serve.answers = {name: lost(name) for name in site()}
    with pytest.raises(Unreachable, match="no connection") as caught:
        fetch(data_dir)
    assert caught.value.where == serve.asked[0]
    assert len(serve.asked) == 2


def test_a_network_that_goes_down_leaves_the_rest_unread(data_dir: Path, serve: Client) -> None:
    write_table(
        data_dir,
        [{"source": SCRAPER.source, **row} for row in TABLE]
        + [
            {"source": SCRAPER.source, "sentence_id": f"z{n}", "document": f"z{n}.html", "place": "page"}
            for n in range(4)
        ],
    )
    serve.answers = {**site(), **{f"z{n}.html": lost(f"z{n}") for n in range(4)}}
    reading = fetch(data_dir)
    assert len(reading.documents) == 3
    assert reading.unread == {"z0", "z1", "z2", "z3"}
    assert reading.failures[-1] == "2 more pages were not requested"
    assert len(reading.failures) == 3
    assert serve.asked[-2:] == ["z0.html", "z1.html"]


def test_when_no_page_can_be_read_the_first_error_is_told(data_dir: Path, serve: Client) -> None:
    serve.answers = {name: moved(name) for name in site()}
    with pytest.raises(ScrapeError, match="redirected") as caught:
        fetch(data_dir)
    assert not isinstance(caught.value, Unreachable)
    assert len(serve.asked) == 3


def test_the_log_holds_fingerprints_and_grows_with_changes_only(data_dir: Path, serve: Client) -> None:
    first = read(data_dir)
    assert (first.readings, len(first.changes), first.rows_seen) == (1, 10, 5)
    before = log(data_dir)
    assert sorted({key[0] for key in before}) == IDS
    assert len(read(data_dir).changes) == 0

    serve.answers = site(disks="Local disks take a key now.")
    changed = read(data_dir)
    assert [row[2:4] for row in changed.changes] == [("guide.disks", "fingerprint")]
    serve.answers = site(disks="LOCAL disks\u00a0take   a key now.")
    assert len(read(data_dir).changes) == 0
    serve.answers = site()
    read(data_dir)
    assert log(data_dir) == before


def test_a_sentence_or_a_member_that_is_gone_is_absent(data_dir: Path, serve: Client) -> None:
    read(data_dir)
    age(data_dir)
    serve.answers = site(mount="", size="")
    assert [row[2:] for row in read(data_dir).changes] == [
        ("guide.mount", "is_present", "false"),
        ("reference.size", "is_present", "false"),
    ]


def test_an_unread_page_keeps_what_the_log_says(data_dir: Path, serve: Client) -> None:
    read(data_dir)
    age(data_dir)
    serve.answers = {**site(key="Another text."), GUIDE: moved(GUIDE)}
    result = read(data_dir)
    assert [row[2:4] for row in result.changes] == [("reference.key", "fingerprint")]
    assert result.failures == (f"{GUIDE}: redirected to elsewhere. Look.",)
    assert log(data_dir)["guide.mount", "is_present"] == "true"


@pytest.mark.parametrize(
    "damage",
    [
        lambda page: page[: len(page) // 2],
        lambda page: b"<html lang='en'><title>Sign in</title><body><h1>Sign in</h1></body></html>",
        lambda page: page.replace(b"a-page", b"whatis"),
        lambda page: page.replace(b'lang="en-US"', b'lang="ja-JP"'),
    ],
)
def test_a_damaged_page_refuses_the_reading(data_dir: Path, serve: Client, damage: Callable[[bytes], bytes]) -> None:
    read(data_dir)
    files = {path: path.read_bytes() for path in data_dir.rglob("*.csv")}
    serve.answers = {**site(key="Another text."), GUIDE: damage(site()[GUIDE])}
    with pytest.raises(ScrapeError) as caught:
        read(data_dir)
    assert caught.value.where == GUIDE
    assert {path: path.read_bytes() for path in data_dir.rglob("*.csv")} == files


def test_kept_pages_can_be_read_again_without_the_table(data_dir: Path, serve: Client) -> None:
    raw = data_dir / "raw"
    first = run(SCRAPER.source, Request(), data_dir, keep_raw=raw)
    again = data_dir / "again"
    second = run(SCRAPER.source, Request(), again, from_raw=raw)
    assert second.changes == first.changes
    assert second.scrapes == first.scrapes


def age(data_dir: Path) -> None:
    """Let the log's only day be the first of the year, so that what follows is another day."""
    today = read_scrapes(data_dir / "scrapes.csv")[0].observed_on
    for path in (SAGEMAKER_DOCS.path(data_dir), data_dir / "scrapes.csv"):
        path.write_text(path.read_text().replace(today, str(date(2026, 1, 1))))


class Site(BaseHTTPRequestHandler):
    """A web server with the pages of `pages()`."""

    served: Mapping[str, bytes] = {}

    def do_GET(self) -> None:
        content = self.served.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Type", "text/html;charset=UTF-8")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_pages_are_read_from_a_mirror(data_dir: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "served", {f"/{name}": content for name, content in site().items() if name != OTHER})
    result = run(SCRAPER.source, Request(mirrors={"https://docs.aws.amazon.com": address}), data_dir)
    assert result.rows_seen == 4
    assert len(result.failures) == 1
    assert "404" in result.failures[0]
    assert {scrape.url for scrape in result.scrapes} == {f"{address}/{name}" for name in (GUIDE, REFERENCE)}


def test_the_builder_serves_paths_of_the_site() -> None:
    served = pages()
    assert all(path.startswith("/") and path.endswith(".html") for path in served)
    assert len(served) == 31
