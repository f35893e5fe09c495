"""The cache: it saves the transfer, never the question, and cannot change what is read."""

from __future__ import annotations

import gzip
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from scrapers.base import Request, ScrapeError
from scrapers.reading import http_session
from scrapers.reading.http import Limits, Page
from scrapers.reading.http_client import Client
from tests.scrapers.http.server import Behaviour, Server, Visit, chunk, flood, head, page, raw

LIMITS = Limits(retries=2, backoff=0.01, delay=0)
OLD, NEW = b"<p>old page</p>", b"<p>new page</p>"
ETAG = '"1a2b"'
DATED = "Mon, 02 Nov 2026 10:00:00 GMT"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def read(url: str, cache: Path, max_bytes: int = 100_000) -> Page:
    with Client(Request(cache_dir=cache), LIMITS) as client:
        return client.get(url, content_types=("text/html",), max_bytes=max_bytes)


def entry(cache: Path) -> Path:
    """The file of the only entry."""
    (path,) = (path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock")
    return path


def entries(cache: Path) -> int:
    return sum(path.is_file() and path.suffix != ".lock" for path in cache.rglob("*"))


def unchanged(answer: bytes = b"", **headers: object) -> Behaviour:
    """304 for who knows the page, an error for who does not."""

    def behave(visit: Visit) -> bool:
        if "if-none-match" not in visit.headers and "if-modified-since" not in visit.headers:
            raise AssertionError(visit.headers)
        visit.send(head("304 Not Modified", **{"content_type": None, **headers}) + answer)
        return not answer

    return behave


GOOD: dict[str, tuple[Behaviour, str, str]] = {
    "etag": (page(OLD, etag=ETAG), "if-none-match", ETAG),
    "weak etag": (page(OLD, etag=f"W/{ETAG}"), "if-none-match", f"W/{ETAG}"),
    "etag, in chunks": (
        raw(head(transfer_encoding="chunked", etag=ETAG), chunk(OLD), b"0\r\n\r\n"),
        "if-none-match",
        ETAG,
    ),
    "etag, packed": (page(gzip.compress(OLD), content_encoding="gzip", etag=ETAG), "if-none-match", ETAG),
    "etag, packed in chunks": (
        raw(
            head(content_encoding="gzip", transfer_encoding="chunked", etag=ETAG),
            *[chunk(bytes([byte])) for byte in gzip.compress(OLD)],
            b"0\r\n\r\n",
        ),
        "if-none-match",
        ETAG,
    ),
    "date": (page(OLD, last_modified=DATED, date=DATED), "if-modified-since", DATED),
    "date, to be asked for each time": (
        page(OLD, last_modified=DATED, date=DATED, cache_control="max-age=0"),
        "if-modified-since",
        DATED,
    ),
    "etag and date": (page(OLD, etag=ETAG, last_modified=DATED), "if-modified-since", DATED),
    "fresh for long": (page(OLD, etag=ETAG, date=DATED, cache_control="max-age=9999999"), "if-none-match", ETAG),
    "fresh until 2100": (
        page(OLD, etag=ETAG, date=DATED, expires="Fri, 01 Jan 2100 00:00:00 GMT"),
        "if-none-match",
        ETAG,
    ),
    "a date that is none": (page(OLD, etag=ETAG, date="yesterday"), "if-none-match", ETAG),
    "a date beyond the calendar": (
        page(OLD, etag=ETAG, date="Fri, 01 Jan 99999 00:00:00 GMT"),
        "if-none-match",
        ETAG,
    ),
    "varies": (page(OLD, etag=ETAG, vary="Accept-Encoding, User-Agent, Origin"), "if-none-match", ETAG),
}


@pytest.mark.parametrize(("behaviour", "header", "value"), GOOD.values(), ids=GOOD)
def test_a_known_page_is_asked_for_and_not_sent_again(
    server: Server, cache: Path, behaviour: Behaviour, header: str, value: str
) -> None:
    url = server.plan("/page", behaviour, unchanged(), unchanged(), page(NEW, etag='"2"'), unchanged())
    found = [read(url, cache) for _ in range(5)]
    assert [(one.content, one.is_from_cache) for one in found] == [
        (OLD, False),
        (OLD, True),
        (OLD, True),
        (NEW, False),
        (NEW, True),
    ]
    assert {one.url for one in found} == {url}
    assert len(server.visits) == 5
    assert header not in server.visits[0].headers
    assert [visit.headers[header] for visit in server.visits[1:3]] == [value, value]
    assert {visit.headers["cache-control"] for visit in server.visits} == {"max-age=0"}


def test_a_page_that_changed_back(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), page(NEW, etag='"2"'), page(OLD, etag=ETAG), unchanged())
    assert [read(url, cache).content for _ in range(4)] == [OLD, NEW, OLD, OLD]


NOT_KEPT: dict[str, Behaviour] = {
    "nothing to ask by": page(OLD),
    "not to be stored": page(OLD, etag=ETAG, cache_control="no-store"),
    "varies by everything": page(OLD, etag=ETAG, vary="*"),
    "ends with the connection": raw(head(etag=ETAG), OLD),
    "a length that is none": raw(head(etag=ETAG, content_length="many"), OLD),
}


@pytest.mark.parametrize("behaviour", NOT_KEPT.values(), ids=NOT_KEPT)
def test_what_cannot_be_kept_is_read_again(server: Server, cache: Path, behaviour: Behaviour) -> None:
    url = server.plan("/page", behaviour)
    assert [read(url, cache).content for _ in range(2)] == [OLD, OLD]
    assert "if-none-match" not in server.visits[1].headers


REFUSED: dict[str, Behaviour] = {
    "another type": page(NEW, content_type="text/plain", etag='"2"'),
    "empty": page(b"", etag='"2"'),
    "too large": page(b"x" * 200_000, etag='"2"'),
    "too large, in chunks": raw(head(etag='"2"', transfer_encoding="chunked"), chunk(b"x" * 150_000), b"0\r\n\r\n"),
    "a bomb": page(gzip.compress(bytes(10**6)), etag='"2"', content_encoding="gzip"),
    "gzip cut off": page(gzip.compress(NEW)[:-9], etag='"2"', content_encoding="gzip"),
    "damaged gzip": page(b"?" + gzip.compress(NEW), etag='"2"', content_encoding="gzip"),
    "cut off": raw(head(etag='"2"', content_length=1000), NEW),
    "cut off in a chunk": raw(head(etag='"2"', transfer_encoding="chunked"), b"ff\r\n" + NEW),
    "not UTF-8": page(b"\xff", etag='"2"'),
}


@pytest.mark.parametrize("behaviour", REFUSED.values(), ids=REFUSED)
def test_a_refused_page_is_not_kept(server: Server, cache: Path, behaviour: Behaviour) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), behaviour, behaviour, behaviour, page(NEW, etag='"3"'))
    assert read(url, cache).content == OLD
    with pytest.raises(ScrapeError):
        read(url, cache)
    server.plan("/page", page(NEW, etag='"3"'))
    assert read(url, cache).content == NEW
    assert server.visits[-1].headers.get("if-none-match") != '"2"'


@pytest.mark.parametrize("status", ["404 Not Found", "429 Slow down", "500 Oops", "503 Busy"])
def test_an_error_in_between_does_not_cost_the_page(server: Server, cache: Path, status: str) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), page(NEW, status=status, etag='"2"'))
    read(url, cache)
    with pytest.raises(ScrapeError, match=status[:3]):
        read(url, cache)
    server.plan("/page", unchanged())
    assert read(url, cache).content == OLD


def test_no_connection_in_between_does_not_cost_the_page(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), raw())
    read(url, cache)
    with pytest.raises(ScrapeError, match="the connection ended"):
        read(url, cache)
    server.plan("/page", unchanged())
    assert read(url, cache).content == OLD


LIES: dict[str, Behaviour] = {
    "another type": unchanged(content_type="application/json", etag=ETAG),
    "packed": unchanged(content_encoding="gzip"),
    "in chunks": unchanged(transfer_encoding="chunked"),
    "another length": unchanged(content_length=3),
    "with a body": unchanged(b"<p>not modified</p>"),
    "a date that is none": unchanged(date="yesterday"),
    "not to be stored": unchanged(cache_control="no-store"),
}


@pytest.mark.parametrize("behaviour", LIES.values(), ids=LIES)
def test_what_a_304_says_of_a_body_does_not_touch_the_page(server: Server, cache: Path, behaviour: Behaviour) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), behaviour, behaviour)
    for is_from_cache in (False, True, True):
        found = read(url, cache)
        assert (found.content, found.is_from_cache) == (OLD, is_from_cache)


def test_a_304_about_another_page_is_not_believed(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), unchanged(etag='"2"'), page(NEW, etag='"2"'))
    assert read(url, cache).content == OLD
    found = read(url, cache)
    assert (found.content, found.is_from_cache) == (NEW, False)
    assert "if-none-match" not in server.visits[2].headers


def test_a_304_whose_etag_became_weak_is_believed(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), unchanged(etag=f"W/{ETAG}"))
    read(url, cache)
    assert read(url, cache).is_from_cache


@pytest.mark.parametrize("has_cache", [False, True])
def test_a_304_that_nobody_asked_for(server: Server, cache: Path, has_cache: bool) -> None:
    url = server.plan("/page", raw(head("304 Not Modified")))
    with (
        Client(Request(cache_dir=cache if has_cache else None), LIMITS) as client,
        pytest.raises(ScrapeError, match=r"status 304 \(Not Modified\) \(3 tries"),
    ):
        client.get(url, content_types=("text/html",))


def rewrite(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return damage


def flip(at: int) -> Callable[[Path], None]:
    def change(content: bytes) -> bytes:
        flipped = bytearray(content)
        flipped[at % len(flipped)] ^= 1
        return bytes(flipped)

    return rewrite(change)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "empty": rewrite(lambda content: b""),
    "a third": rewrite(lambda content: content[: len(content) // 3]),
    "almost whole": rewrite(lambda content: content[:-1]),
    "longer": rewrite(lambda content: content + b"\0"),
    "garbage": rewrite(lambda content: bytes(range(256)) * 10),
    "zeros": rewrite(lambda content: bytes(len(content))),
    "another body": rewrite(lambda content: content.replace(OLD, OLD.replace(b"old", b"bad"))),
    "a folder": replace_by_folder,
    "a circle": replace_by_link_to_itself,
    "gone": Path.unlink,
    **{f"one bit at {at}": flip(at) for at in (0, 31, 32, 36, 40, 60, 90, 150, 200, -40, -1)},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_not_used_and_does_no_harm(
    server: Server, cache: Path, damage: Callable[[Path], None]
) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), page(NEW, etag='"2"'))
    read(url, cache)
    assert OLD in entry(cache).read_bytes()
    damage(entry(cache))
    found = read(url, cache)
    assert (found.content, found.is_from_cache) == (NEW, False)
    assert "if-none-match" not in server.visits[1].headers


def test_every_bit_of_an_entry_counts(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG))
    read(url, cache)
    path, content = entry(cache), entry(cache).read_bytes()
    server.plan("/page", page(NEW))
    with Client(Request(cache_dir=cache), LIMITS) as client:
        for at in range(0, len(content), 7):
            path.write_bytes(content)
            flip(at)(path)
            assert client.get(url, content_types=("text/html",)).content == NEW
    assert not any("if-none-match" in visit.headers for visit in server.visits)


def test_the_entry_of_another_page_is_not_used(server: Server, cache: Path, tmp_path: Path) -> None:
    one = server.plan("/one", page(OLD, etag=ETAG))
    two = server.plan("/two", page(NEW, etag=ETAG))
    read(one, cache)
    stolen = shutil.copy(entry(cache), tmp_path / "entry")
    shutil.rmtree(cache)
    read(two, cache)
    shutil.copy(stolen, entry(cache))
    assert read(two, cache).content == NEW
    assert "if-none-match" not in server.visits[-1].headers


@pytest.mark.parametrize("where", ["a file", "below a file", "no name", "a device"])
def test_a_cache_that_cannot_be_written_is_done_without(server: Server, tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("here already")
    cache = {
        "a file": tmp_path / "file",
        "below a file": tmp_path / "file" / "cache",
        "no name": tmp_path / ("x" * 300),
        "a device": Path("/dev/null/cache"),
    }[where]
    url = server.plan("/page", page(OLD, etag=ETAG))
    for _ in range(2):
        found = read(url, cache)
        assert (found.content, found.is_from_cache) == (OLD, False)


def test_an_entry_that_cannot_be_brought_up_to_date_is_used(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), unchanged())
    read(url, cache)
    lock = entry(cache).with_name(f"{entry(cache).name}.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    found = read(url, cache)
    assert (found.content, found.is_from_cache) == (OLD, True)


def test_an_entry_that_another_process_writes_is_not_waited_for_without_end(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.plan("/page", page(OLD, etag=ETAG), page(NEW, etag='"2"'))
    read(url, cache)
    monkeypatch.setattr(http_session, "FileLock", lambda path, timeout: FileLock(path, timeout=timeout / 100))
    with FileLock(f"{entry(cache)}.lock"):
        assert read(url, cache).content == NEW
    assert OLD in entry(cache).read_bytes()


def test_a_permanent_redirect_is_not_remembered(server: Server, cache: Path) -> None:
    url = server.plan("/page", page(status="301 Moved", location="/page/", etag=ETAG), page(NEW))
    server.plan("/page/", page(OLD))
    assert [read(url, cache).content for _ in range(2)] == [OLD, NEW]


@pytest.mark.parametrize("is_chunked", [False, True])
def test_an_endless_redirect_is_left(server: Server, cache: Path, is_chunked: bool) -> None:
    start = {"status": "301 Moved", "location": "/page/", "etag": ETAG}
    if is_chunked:
        url = server.plan("/page", flood(head(**start, transfer_encoding="chunked"), chunk(OLD)))
    else:
        url = server.plan("/page", flood(head(**start), OLD))
    server.plan("/page/", page(OLD))
    assert read(url, cache).content == OLD


def test_many_readers_of_one_cache(server: Server, cache: Path) -> None:
    def behave(visit: Visit) -> bool:
        if visit.headers.get("if-none-match") == ETAG:
            return bool(unchanged()(visit))
        return bool(page(OLD, etag=ETAG)(visit))

    url = server.plan("/page", behave)
    found: list[bytes] = []
    with Client(Request(cache_dir=cache), replace(LIMITS, total_timeout=30)) as shared:

        def visit() -> None:
            for _ in range(5):
                found.append(shared.get(url, content_types=("text/html",)).content)
                found.append(read(url, cache).content)

        threads = [threading.Thread(target=visit) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [OLD] * 40
    assert entries(cache) == 1


def test_pages_with_other_questions_are_other_pages(server: Server, cache: Path) -> None:
    one = server.plan("/page?v=1", page(OLD, etag=ETAG), unchanged())
    two = server.plan("/page?v=2", page(NEW, etag=ETAG), unchanged())
    assert [read(url, cache).content for url in (one, two, one, two)] == [OLD, NEW, OLD, NEW]
