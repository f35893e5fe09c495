"""Downloads: the target is complete, or it is not there."""

from __future__ import annotations

import gzip
import signal
import threading
from pathlib import Path

import pytest

from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.reading.http import Limits, Page
from scrapers.reading.http_client import Client
from tests.scrapers.http.server import FOREVER, Behaviour, Server, Visit, bomb, drip, flood, head, page, raw, reset

LIMITS = Limits(read_timeout=5, total_timeout=0.01, download_timeout=20, retries=2, backoff=0.01, delay=0)
JSON = b'{"products": {' + b" " * 300_000 + b"}}"
HEAD = {"content_type": "application/json"}


def download(url: str, target: Path, limits: Limits = LIMITS, cache_dir: Path | None = None) -> Page:
    with Client(Request(cache_dir=cache_dir), limits) as client:
        return client.download(url, target, content_types=("application/json",), max_bytes=1_000_000)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_file(server: Server, tmp_path: Path, is_packed: bool) -> None:
    whole = page(gzip.compress(JSON), content_encoding="gzip", **HEAD) if is_packed else page(JSON, **HEAD)
    url = server.plan("/offer.json", whole)
    target = tmp_path / "offer.json"
    assert download(url, target) == Page(url)
    assert target.read_bytes() == JSON
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_was_there_is_replaced(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "offer.json"
    target.write_text("the old one")
    download(server.plan("/offer.json", page(JSON, **HEAD)), target)
    assert target.read_bytes() == JSON


FAULTS: dict[str, Behaviour] = {
    "no answer": raw(hold=FOREVER),
    "closed at once": raw(),
    "half a body": raw(head(content_length=len(JSON), **HEAD), JSON[:200_000]),
    "reset": reset(head(content_length=len(JSON), **HEAD) + JSON[:200_000]),
    "dripping": drip(head(content_length=len(JSON), **HEAD), b" ", 0.05),
    "endless": flood(head(**HEAD), JSON),
    "bomb": page(bomb(10**7), content_encoding="gzip", **HEAD),
    "cut gzip": page(gzip.compress(JSON)[:-1], content_encoding="gzip", **HEAD),
    "another type": page(JSON),
    "empty": page(b"", **HEAD),
    "not UTF-8": page(b"\xff" * 10, **HEAD),
    "404": page(JSON, status="404 Not Found", **HEAD),
    "503": page(JSON, status="503 Busy", **HEAD),
    "redirect": page(JSON, status="302 Found", location="/signin", **HEAD),
}


@pytest.mark.parametrize("behaviour", FAULTS.values(), ids=FAULTS)
def test_a_fault_leaves_no_target(server: Server, tmp_path: Path, behaviour: Behaviour) -> None:
    limits = Limits(read_timeout=0.15, download_timeout=0.3, retries=1, backoff=0.01, delay=0)
    with pytest.raises(ScrapeError, match=server.site):
        download(server.plan("/offer.json", behaviour), tmp_path / "offer.json", limits)
    assert list(tmp_path.iterdir()) == []


def test_every_try_begins_at_the_start(server: Server, tmp_path: Path) -> None:
    other = b"x" * 400_000
    url = server.plan(
        "/offer.json",
        raw(head(content_length=500_000, **HEAD), other),
        raw(head(content_encoding="gzip", **HEAD), gzip.compress(other)[:-1]),
        page(JSON, **HEAD),
    )
    download(url, tmp_path / "offer.json")
    assert (tmp_path / "offer.json").read_bytes() == JSON


@pytest.mark.parametrize("name", ["folder", "file/offer.json", "x" * 300])
def test_a_target_that_cannot_be_written(server: Server, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("no folder")
    url = server.plan("/offer.json", page(JSON, **HEAD))
    with pytest.raises(ScrapeError, match=r"cannot be written \(.*\)\. Make room, or choose another folder") as caught:
        download(url, tmp_path / name)
    assert not isinstance(caught.value, Unreachable)
    assert caught.value.where == str(tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_a_full_disk(server: Server, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(ScrapeError, match=r"cannot be written \(File too large\)"):
            download(server.plan("/offer.json", page(JSON, **HEAD)), tmp_path / "offer.json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_is_heard_at_once_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(visit: Visit) -> None:
        visit.send(head(content_length=len(JSON), **HEAD) + JSON[:200_000])
        visit.pause(0.1)
        signal.pthread_kill(main, signal.SIGINT)
        visit.pause(FOREVER)

    url = server.plan("/offer.json", interrupt)
    # A shell starts what runs in the background without this handler.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            download(url, tmp_path / "offer.json")
    finally:
        signal.signal(signal.SIGINT, handler)
    assert list(tmp_path.iterdir()) == []


def test_a_download_goes_past_the_cache(server: Server, tmp_path: Path) -> None:
    url = server.plan("/offer.json", page(JSON, etag='"1"', **HEAD))
    for _ in range(2):
        download(url, tmp_path / "offer.json", cache_dir=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    assert all("if-none-match" not in visit.headers for visit in server.visits)
