"""The client against a server that misbehaves: every fault is survived or reported, in bounded time."""

from __future__ import annotations

import gzip
import re
import socket
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.reading.http import Limits, Page
from scrapers.reading.http_client import Client
from tests.scrapers.http.server import FOREVER, Behaviour, Server, bomb, chunk, drip, flood, head, page, raw, reset

#: For faults that end when a limit is reached.
TINY = Limits(connect_timeout=0.12, read_timeout=0.12, total_timeout=0.35, retries=1, backoff=0.002, delay=0)
#: For everything else, so that a slow machine does not reach one.
PATIENT = Limits(total_timeout=20, retries=2, backoff=0.002, max_retry_after=0.4, delay=0)
#: Seconds that a slow machine may take on top of a limit.
SLACK = 1.0
HTML = b"<p>" + b"x" * 1000 + b"</p>"
CHUNKED = head(transfer_encoding="chunked")
PACKED = gzip.compress(HTML, mtime=0)


def limits_for(fault: str) -> Limits:
    if fault.startswith("dripping"):  # a machine that is busy must not look like a server that is silent
        return replace(TINY, read_timeout=TINY.total_timeout)
    return TINY if fault.startswith(("slow", "no answer", "endless 100")) else PATIENT


def read(url: str, limits: Limits = PATIENT, max_bytes: int = 100_000) -> Page:
    with Client(Request(), limits) as client:
        return client.get(url, content_types=("text/html",), max_bytes=max_bytes)


def failure(url: str, limits: Limits = PATIENT, max_bytes: int = 100_000) -> ScrapeError:
    """The error of reading a URL; it must come in time."""
    started = time.monotonic()
    with pytest.raises(ScrapeError) as caught:
        read(url, limits, max_bytes)
    assert time.monotonic() - started < limits.total_timeout + SLACK
    assert caught.value.where == url
    return caught.value


SILENT = {
    "no answer": raw(hold=FOREVER),
    "slow headers": raw(head()[:20], hold=FOREVER),
    "dripping headers": drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", 0.05),
    "dripping header lines": drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n", 0.05),
    "endless 100 Continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "closed at once": raw(),
    "reset at once": reset(),
    "reset in the headers": reset(head()[:20]),
}


@pytest.mark.parametrize("fault", SILENT)
def test_a_server_that_never_answers_is_unreachable(server: Server, fault: str) -> None:
    error = failure(server.plan("/page", SILENT[fault]), limits_for(fault))
    assert isinstance(error, Unreachable)
    assert error.remedy == "Check the network, and HTTPS_PROXY if this network needs a proxy."


CUT_OFF = r"the body is damaged gzip, or cut off \(Compressed file ended before"
TOO_SLOW = "the body stopped coming, or came too slowly"
BROKEN: dict[str, tuple[Behaviour, str]] = {
    "slow body": (raw(head(content_length=1000), b"x", hold=FOREVER), TOO_SLOW),
    "dripping body": (drip(head(content_length=10**4), b"x", 0.05), TOO_SLOW),
    "dripping body without length": (drip(head(), b"x", 0.05), TOO_SLOW),
    "dripping chunks": (drip(CHUNKED, chunk(b"x"), 0.05), TOO_SLOW),
    "dripping chunk size": (drip(CHUNKED, b"0", 0.05), TOO_SLOW),
    "dripping without a pause": (drip(head(), HTML, 0.0001), TOO_SLOW),
    "dripping trailer": (drip(CHUNKED + chunk(HTML) + b"0\r\n", b"X-Slow: 1\r\n", 0.05), TOO_SLOW),
    "reset in the body": (reset(head(content_length=1000) + b"x" * 500), "the body broke off"),
    "reset in a chunk": (reset(CHUNKED + b"3e8\r\n" + b"x" * 500), "the body broke off"),
    "half a body": (raw(head(content_length=len(HTML)), HTML[:500]), r"broke off \(fewer bytes than announced\)"),
    "no body": (raw(head(content_length=len(HTML))), r"broke off \(fewer bytes than announced\)"),
    "half a chunk": (raw(CHUNKED, b"3e8\r\n" + b"x" * 500), "the body broke off"),
    "no last chunk": (raw(CHUNKED, chunk(HTML)), "the body broke off"),
    "a chunk without a size": (raw(CHUNKED, b"many\r\n" + HTML), "the body broke off"),
    "a negative chunk": (flood(CHUNKED + b"-1\r\n", HTML), "the body broke off"),
    "a very negative chunk": (flood(CHUNKED + b"-7\r\n", HTML), "the body broke off"),
    "an endless chunk size": (flood(CHUNKED, b"0" * 1000), "the body broke off"),
    "damaged gzip": (page(b"gzip, they say", content_encoding="gzip"), "the body is damaged gzip"),
    "gzip with another sum": (
        page(PACKED[:-8] + b"\0" * 8, content_encoding="gzip"),
        r"damaged gzip, or cut off \(CRC check failed",
    ),
    "gzip with more after it": (page(PACKED + b"more", content_encoding="gzip"), "damaged gzip"),
    "half a gzip": (
        page(PACKED[: len(PACKED) // 2], content_encoding="gzip"),
        CUT_OFF,
    ),
    "half a gzip without length": (
        raw(head(content_encoding="gzip"), PACKED[:-4]),
        CUT_OFF,
    ),
    "half a gzip in chunks": (
        raw(head(content_encoding="gzip", transfer_encoding="chunked"), chunk(PACKED[:-1]), b"0\r\n\r\n"),
        CUT_OFF,
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), r"the answer is not HTTP \(SSH-2\.0-OpenSSH_9\.6"),
    "no text at all": (raw(bytes(range(128, 256)) * 20), "the answer is not HTTP"),
    "an endless first line": (flood(b"", b"x" * 1000), "the answer is not HTTP"),
    "a huge header": (flood(b"HTTP/1.1 200 OK\r\nX-Huge: ", b"x" * 1000), "the answer is not HTTP"),
    "endless headers": (flood(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"), r"not HTTP \(got more than 100 headers"),
    "always 500": (page(status="500 Oops"), r"status 500 \(Internal Server Error\)"),
    "always 503": (page(status="503 Busy"), r"status 503 \(Service Unavailable\)"),
    "a status of its own": (page(status="599 Odd"), r"status 599 \("),
    "always 429": (page(status="429 Slow down"), r"status 429 \(Too Many Requests\)"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_is_an_error(server: Server, fault: str) -> None:
    behaviour, what = BROKEN[fault]
    limits = limits_for(fault)
    error = failure(server.plan("/page", behaviour), limits, max_bytes=10**9)
    assert not isinstance(error, Unreachable)
    assert re.search(what, error.what)
    tries = 1 if fault.startswith("dripping") else 1 + limits.retries
    assert len(server.visits) == tries
    assert re.search(rf" \({tries} (try|tries) in [\d.]+ s\)$", error.what)


FINAL: dict[str, tuple[Behaviour, str]] = {
    "endless body": (flood(head(), HTML), "the body is larger than the 100,000 bytes allowed"),
    "endless body of endless length": (
        flood(head(content_length="9" * 5000), HTML),
        "the body is larger than the 100,000 bytes allowed",
    ),
    "endless chunks": (flood(CHUNKED, chunk(HTML)), "the body is larger than the 100,000 bytes allowed"),
    "a long body": (page(b"x" * 100_001), "larger than the 100,000 bytes allowed"),
    "gzip bomb": (page(bomb(10_000_000), content_encoding="gzip"), "larger than the 100,000 bytes allowed"),
    "gzip that expands to nothing, for ever": (
        flood(head(content_encoding="gzip"), gzip.compress(b"") * 50),
        "larger than the 100,000 bytes allowed",
    ),
    "empty": (page(b""), "the body is empty"),
    "empty chunks": (raw(CHUNKED, b"0\r\n\r\n"), "the body is empty"),
    "empty gzip": (page(gzip.compress(b""), content_encoding="gzip"), "the body is empty"),
    "204": (raw(head("204 No Content")), r"status 204 \(No Content\)"),
    "404": (page(status="404 Not Found"), r"status 404 \(Not Found\)"),
    "redirect elsewhere, with an endless body": (
        flood(head("301 Moved", location="https://login.example.com/?next=1"), HTML),
        r"redirected to 'https://login\.example\.com/\?next=1'",
    ),
    "redirect loop": (page(status="302 Found", location="/page"), "more than 5 redirects"),
    "Retry-After of a day": (
        page(status="429 Slow down", retry_after=86400),
        r"status 429 \(Too Many Requests\), and the site asks to wait longer than 0\.4 s \(Retry-After: '86400'\)",
    ),
}


@pytest.mark.parametrize(("behaviour", "what"), FINAL.values(), ids=FINAL)
def test_what_would_not_change_is_not_tried_again(server: Server, behaviour: Behaviour, what: str) -> None:
    error = failure(server.plan("/page", behaviour))
    assert not isinstance(error, Unreachable)
    assert re.search(what, error.what)
    assert "(1 try in " in error.what
    assert len(server.visits) == (6 if "redirects" in what else 1)


PASSING = {
    name: behaviour
    for name, behaviour in {**SILENT, **{name: behaviour for name, (behaviour, _) in BROKEN.items()}}.items()
    if not name.startswith(("dripping", "endless 100"))
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_survived(server: Server, fault: str) -> None:
    url = server.plan("/page", PASSING[fault], page(HTML))
    limits = replace(PATIENT, read_timeout=limits_for(fault).read_timeout)
    assert read(url, limits).content == HTML
    assert len(server.visits) >= 2


GOOD: dict[str, Behaviour] = {
    "with a length": page(HTML),
    "in chunks": raw(CHUNKED, chunk(HTML[:700]), chunk(HTML[700:]), b"0\r\n\r\n"),
    "in chunks, with trailer": raw(CHUNKED, chunk(HTML), b"0\r\nX-Sum: 1\r\n\r\n"),
    "without length": raw(head(), HTML),
    "packed": page(PACKED, content_encoding="gzip"),
    "packed in two parts": page(
        gzip.compress(HTML[:700]) + gzip.compress(HTML[700:]), content_encoding="GZIP", content_type="TEXT/HTML"
    ),
    "packed, byte by byte": raw(
        head(content_encoding="x-gzip", transfer_encoding="chunked"),
        *[chunk(PACKED[at : at + 1]) for at in range(len(PACKED))],
        b"0\r\n\r\n",
    ),
    "slowly, but in time": raw(head(content_length=len(HTML)), HTML[:400], HTML[400:], pause=0.05),
    "after 100 Continue": raw(b"HTTP/1.1 100 Continue\r\n\r\n" + head(), HTML),
    "exactly as large as allowed": page(HTML + b"x" * (100_000 - len(HTML))),
}


@pytest.mark.parametrize("behaviour", GOOD.values(), ids=GOOD)
def test_a_good_answer_in_any_form(server: Server, behaviour: Behaviour) -> None:
    url = server.plan("/page", behaviour)
    found = read(url)
    assert found.content.startswith(HTML)
    assert (found.url, found.is_from_cache) == (url, False)


@pytest.mark.parametrize("size", [1, 65535, 65536, 65537, 131072, 200_000])
def test_pages_of_sizes_around_the_pieces_that_are_read(server: Server, size: int) -> None:
    body = (bytes(range(32, 96)) * (size // 64 + 1))[:size]
    packed = gzip.compress(body)
    plain_url = server.plan("/plain", page(body))
    packed_url = server.plan("/packed", page(packed, content_encoding="gzip"))
    assert read(plain_url, max_bytes=size).content == body
    assert read(packed_url, max_bytes=max(size, len(packed))).content == body
    for url in (plain_url, packed_url):
        with pytest.raises(ScrapeError, match="larger than"):
            read(url, max_bytes=size - 1)


def test_a_length_that_is_too_short_does_not_leak_into_the_next_page(server: Server) -> None:
    short = server.plan("/short", page(HTML, content_length=100))
    other = server.plan("/other", page(b"<p>other</p>"))
    with Client(Request(), PATIENT) as client:
        assert client.get(short, content_types=("text/html",)).content == HTML[:100]
        assert client.get(other, content_types=("text/html",)).content == b"<p>other</p>"


@pytest.mark.soak
def test_the_time_that_a_server_names_is_waited(server: Server) -> None:
    url = server.plan("/page", page(status="429 Slow down", retry_after=1), page(HTML))
    assert read(url, replace(PATIENT, max_retry_after=1)).content == HTML
    first, second = (visit.at for visit in server.visits)
    assert 1 <= second - first < 1 + SLACK


@pytest.mark.soak
def test_a_wait_beyond_the_deadline_is_not_begun(server: Server) -> None:
    url = server.plan("/page", page(status="503 Busy", retry_after=1))
    started = time.monotonic()
    failure(url, replace(PATIENT, max_retry_after=60, total_timeout=0.9))
    assert time.monotonic() - started < 0.8


def test_an_answer_in_an_earlier_try_means_that_the_site_was_reached(server: Server) -> None:
    error = failure(server.plan("/page", page(status="503 Busy"), raw()))
    assert not isinstance(error, Unreachable)
    assert "the connection ended before an answer" in error.what


def test_connections_are_kept(server: Server) -> None:
    with Client(Request(), PATIENT) as client:
        for behaviour in (page(HTML), page(PACKED, content_encoding="gzip"), page(HTML)):
            assert client.get(server.plan("/page", behaviour), content_types=("text/html",)).content == HTML
    assert len(server.connections) == 1


def test_waits_grow(server: Server) -> None:
    url = server.plan("/page", *[page(status="500 Oops")] * 3, page(HTML))
    assert read(url, replace(PATIENT, retries=3, backoff=0.05)).content == HTML
    times = [visit.at for visit in server.visits]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    for number, gap in enumerate(gaps):
        assert 0.05 * 2**number <= gap < 0.05 * 2**number * 1.5 + SLACK


def test_requests_to_one_host_are_kept_apart_but_not_the_first(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    url = server.plan("/page", page(HTML))
    with Client(Request(), replace(PATIENT, delay=20, total_timeout=100)) as client:
        for _ in range(4):
            client.get(url, content_types=("text/html",))
    assert len(server.visits) == 4
    assert [round(wait, -1) for wait in waits] == [0, 20, 40, 60]


def test_the_delay_is_waited(server: Server) -> None:
    url = server.plan("/page", page(HTML))
    started = time.monotonic()
    with Client(Request(), replace(PATIENT, delay=0.1)) as client:
        for _ in range(3):
            client.get(url, content_types=("text/html",))
    assert time.monotonic() - started >= 0.2


def test_a_mirror_is_asked_without_a_delay(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    server.plan("/page", page(HTML))
    mirrors = {"https://docs.example.com": server.site}
    with Client(Request(mirrors=mirrors), replace(PATIENT, delay=20, total_timeout=100)) as client:
        for _ in range(3):
            client.get("https://docs.example.com/page", content_types=("text/html",))
    assert waits == [0, 0, 0]


@pytest.mark.soak
def test_another_host_need_not_wait(server: Server) -> None:
    other = Server()
    try:
        urls = [one.plan("/page", page(HTML)) for one in (server, other)]
        with Client(Request(), replace(PATIENT, delay=5)) as client:
            started = time.monotonic()
            for url in urls:
                client.get(url, content_types=("text/html",))
            assert time.monotonic() - started < 2
    finally:
        other.stop()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def no_such_name(*args: object, **named: object) -> list[object]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_no_network_is_told_in_seconds_with_the_default_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    with pytest.raises(Unreachable, match=r"no connection \(Connection refused\) \(4 tries in .* s\)\. Check the netw"):
        read(f"http://127.0.0.1:{closed_port()}/page", Limits())
    assert 1 < sum(waits) < 5


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    error = failure("https://docs.example.com/page")
    assert isinstance(error, Unreachable)
    assert "the name of the site cannot be resolved (3 tries in " in error.what


def test_a_name_look_up_that_takes_long_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: object, **named: object) -> list[object]:
        time.sleep(TINY.connect_timeout)
        return no_such_name()

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    error = failure("https://docs.example.com/page", TINY)
    assert isinstance(error, Unreachable)
    assert "the name of the site cannot be resolved (1 try in" in error.what


def test_a_connection_that_cannot_be_made_is_given_up() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        # The queue of a socket that nobody accepts from is full after a few; then a connect is not answered.
        waiting = [socket.socket() for _ in range(8)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        try:
            error = failure(f"http://127.0.0.1:{port}/page", TINY)
        finally:
            for sock in waiting:
                sock.close()
    assert isinstance(error, Unreachable)
    assert "no connection in time (1 try in" in error.what


@pytest.mark.parametrize("url", ["ftp://example.com/page", "docs.example.com/page", "http://", "http://[::1/page", ""])
def test_what_is_no_url_of_a_page(url: str) -> None:
    with pytest.raises(ScrapeError, match=r"cannot be asked for .*\. Check the URL and the mirrors"):
        read(url)
