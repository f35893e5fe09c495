"""Both scrapers against a real server, and what a run leaves in the logs."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import scrapers
from kb.dataset import paths
from kb.dataset.log_specs import EC2_GUIDE, NITRO_PAGE
from kb.dataset.logs import read_log, read_scrapes
from scrapers.base import Request, ScrapeError
from scrapers.engine.run import run
from scrapers.guide import Ec2Guide, NitroPage, ec2_guide
from tests.scrapers.guide.figures import GUIDE, family
from tests.scrapers.guide.pages import all_pages

FOLDER = "/ec2/latest/instancetypes/"


class Site(ThreadingHTTPServer):
    """Serves pages by their name.

    Attributes:
        pages: What it serves.
        asked: The paths that were asked for.
    """

    daemon_threads = True

    def __init__(self) -> None:
        self.pages = all_pages()
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def request(self) -> Request:
        return Request(mirrors={"https://docs.aws.amazon.com": f"http://127.0.0.1:{self.server_address[1]}"})


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.pages.get(self.path.removeprefix(FOLDER))
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Type", "text/html;charset=UTF-8")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the logs that say which types matter, and both scrapers in their place."""
    for scraper in (Ec2Guide(), NitroPage()):
        monkeypatch.setitem(scrapers.SCRAPERS, scraper.source, scraper)
    folder = tmp_path / "data" / "observations"
    folder.mkdir(parents=True)
    for name in ("sagemaker_api.csv", "region_lists.csv"):
        (folder / name).write_bytes((paths.data_dir() / "observations" / name).read_bytes())
    return tmp_path / "data"


@pytest.fixture
def two_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages, so that a run takes less time."""
    monkeypatch.setattr(ec2_guide, "PAGES", {page: ec2_guide.PAGES[page] for page in ("gp", "so")})


def test_the_seven_pages_are_read(site: Site) -> None:
    told: list[str] = []
    request = Request(mirrors=site.request.mirrors, progress=told.append)
    (reading,) = Ec2Guide().fetch(request)
    assert [document.name for document in reading.documents] == [f"{page}.html" for page in GUIDE]
    assert site.asked == [f"{FOLDER}{page}.html" for page in GUIDE]
    assert reading.documents[0].content == site.pages["gp.html"]
    assert reading.documents[0].url.endswith(f"{FOLDER}gp.html")
    assert told == [f"{page}.html" for page in GUIDE]
    assert reading.unread == frozenset()
    assert reading.failures == ()


def test_the_nitro_page_is_read(site: Site) -> None:
    (reading,) = NitroPage().fetch(site.request)
    assert [document.name for document in reading.documents] == ["ec2-nitro-instances.html"]
    assert reading.origin == "EC2 instance types guide"


def test_one_page_that_is_missing_fails_the_whole(site: Site, data: Path) -> None:
    del site.pages["mo.html"]
    with pytest.raises(ScrapeError, match=r"mo\.html"):
        run("ec2_guide", site.request, data)
    assert not EC2_GUIDE.path(data).exists()


@pytest.mark.usefixtures("two_pages")
def test_a_run_and_what_changed_in_the_next_one(site: Site, data: Path) -> None:
    first = run("ec2_guide", site.request, data)
    assert first.rows_seen == sum(len(one.types) for page in ("gp", "so") for one in GUIDE[page])
    assert ("m5d.large", "instance_store_disks", "1x75 ssd") in {row[2:] for row in first.changes}
    assert "false" in {row[-1] for row in first.changes if row[3] == "has_instance_store"}
    changed = (GUIDE["gp"][0], family("M5d", "Nitro v2", "large:1x80 xlarge:1x150 2xlarge:1x300 4xlarge:2x300"))
    site.pages |= all_pages({**GUIDE, "gp": changed})
    with pytest.raises(ScrapeError, match="shows 13 things, and showed 48"):
        run("ec2_guide", site.request, data)
    second = run("ec2_guide", Request(mirrors=site.request.mirrors, accept_vanished=True), data)
    state = read_log(EC2_GUIDE.path(data), EC2_GUIDE).state
    assert second.readings == 1
    assert state["m5d.large", "instance_store_disks"] == "1x80 ssd"
    assert state["m5d.large", "instance_store_gb"] == "80"
    assert ("m6gd.large", "is_present") not in state


@pytest.mark.usefixtures("two_pages")
def test_a_damaged_page_leaves_the_log_as_it_was(site: Site, data: Path) -> None:
    run("ec2_guide", site.request, data)
    before = EC2_GUIDE.path(data).read_bytes()
    site.pages["so.html"] = site.pages["so.html"].replace(b"Instance store volumes", b"Volumes")
    with pytest.raises(ScrapeError, match=r"so\.html, Instance store specifications, header: missing"):
        run("ec2_guide", site.request, data)
    assert EC2_GUIDE.path(data).read_bytes() == before


def test_a_replay_gives_the_same_rows(site: Site, data: Path, tmp_path: Path) -> None:
    run("nitro_page", site.request, data, keep_raw=tmp_path / "raw")
    first = NITRO_PAGE.path(data).read_bytes()
    NITRO_PAGE.path(data).unlink()
    (data / "scrapes.csv").unlink()
    run("nitro_page", Request(), data, from_raw=tmp_path / "raw")
    assert NITRO_PAGE.path(data).read_bytes() == first
    (scrape,) = read_scrapes(data / "scrapes.csv")
    assert scrape.document == "ec2-nitro-instances.html"
