"""What the client makes of statuses, redirects and headers."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
import requests
import responses

from kb import __version__
from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.reading.http import Limits, Page, client
from scrapers.reading.http_client import Client
from tests.scrapers.http.server import Server, page

SITE = "https://docs.example.com"
URL = f"{SITE}/guide/gp.html"
HTML = b"<p>page</p>"
LIMITS = Limits(delay=0, retries=2, backoff=1, max_retry_after=30)


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=True) as web:
        yield web


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the client, which are not waited."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", lambda seconds: waits.append(seconds) if seconds else None)
    return waits


def read(url: str = URL, content_types: tuple[str, ...] = ("text/html",), limits: Limits = LIMITS) -> Page:
    with Client(Request(), limits) as client:
        return client.get(url, content_types=content_types)


def show(web: responses.RequestsMock, url: str = URL, status: int = 200, body: bytes = HTML, **headers: str) -> None:
    """One answer; later ones for the same URL follow it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = named.pop("content-type", "text/html")
    web.add(responses.GET, url, body=body, status=status, headers=named, content_type=content_type)


def test_a_page(web: responses.RequestsMock) -> None:
    show(web, content_type="Text/HTML; charset=UTF-8")
    assert read() == Page(URL, HTML)


def test_what_is_sent(web: responses.RequestsMock) -> None:
    show(web)
    read()
    sent = dict(web.calls[0].request.headers)
    assert sent.pop("Connection", "keep-alive") == "keep-alive"
    assert sent == {
        "User-Agent": f"sagemaker-storage-kb/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Accept-Language": "en-US",
        "Cache-Control": "max-age=0",
    }


def test_a_fragment_is_not_part_of_the_page(web: responses.RequestsMock) -> None:
    show(web)
    assert read(f"{URL}#gp_instance-store").url == URL
    assert web.calls[0].request.url == URL


def test_cookies_are_not_kept(web: responses.RequestsMock) -> None:
    show(web, set_cookie="lang=de; Path=/")
    show(web)
    with Client(Request(), LIMITS) as client:
        for _ in range(2):
            client.get(URL, content_types=("text/html",))
    assert "Cookie" not in web.calls[1].request.headers


@pytest.mark.parametrize("status", [201, 204, 206, 300, 305, 400, 401, 403, 404, 407, 410, 418, 451])
def test_a_status_that_would_stay_is_an_error_at_once(
    web: responses.RequestsMock, waits: list[float], status: int
) -> None:
    show(web, status=status)
    with pytest.raises(ScrapeError, match=rf"gp\.html: status {status} \(.*\(1 try in .* s\)\. Open it in a") as caught:
        read()
    assert not isinstance(caught.value, Unreachable)
    assert waits == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
def test_a_status_that_may_pass_is_tried_again(web: responses.RequestsMock, waits: list[float], status: int) -> None:
    for _ in range(3):
        show(web, status=status)
    with pytest.raises(ScrapeError, match=rf"status {status} .*\(3 tries in .* s\)\. The site has a pro") as caught:
        read()
    assert not isinstance(caught.value, Unreachable)
    assert len(waits) == 2
    assert 1 <= waits[0] <= 1.5
    assert 2 <= waits[1] <= 3


def test_waits_are_not_the_same_for_everybody(web: responses.RequestsMock, waits: list[float]) -> None:
    for _ in range(8):
        show(web, status=503)
        show(web)
        read()
    assert len(set(waits)) == 8


def test_after_a_status_that_passed_the_page_is_read(web: responses.RequestsMock, waits: list[float]) -> None:
    show(web, status=503)
    show(web)
    assert read().content == HTML
    assert len(waits) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds(web: responses.RequestsMock, waits: list[float], status: int) -> None:
    show(web, status=status, retry_after="25")
    show(web)
    read()
    assert waits == [25]


def test_retry_after_as_a_date(web: responses.RequestsMock, waits: list[float]) -> None:
    show(web, status=429, retry_after=formatdate(time.time() + 25, usegmt=True))
    show(web)
    read()
    assert len(waits) == 1
    assert 20 < waits[0] <= 25


@pytest.mark.parametrize("after", ["31", "86400", "Fri, 01 Jan 2100 00:00:00 GMT", "9" * 30])
def test_retry_after_that_is_too_long(web: responses.RequestsMock, waits: list[float], after: str) -> None:
    show(web, status=429, retry_after=after)
    with pytest.raises(
        ScrapeError, match=rf"429 .*, and the site asks to wait longer than 30 s \(Retry-After: '{after}'\) \(1 try in"
    ):
        read()
    assert waits == []


@pytest.mark.parametrize(
    "after",
    ["soon", "", "-5", "0", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 5000, "1e3", "Fri, 99 Foo 2100 99:99:99 GMT"],
)
def test_retry_after_that_names_no_time_to_come(web: responses.RequestsMock, waits: list[float], after: str) -> None:
    show(web, status=429, retry_after=after)
    show(web)
    read()
    assert len(waits) == 1
    assert 1 <= waits[0] <= 1.5


@pytest.mark.parametrize(
    ("asked", "location", "landed"),
    [
        ("/guide/gp.html", "/guide/gp.html/", "/guide/gp.html/"),
        ("/guide/", "/guide", "/guide"),
        ("/guide", "/guide/index.html", "/guide/index.html"),
        ("/guide/index.html", "/guide/", "/guide/"),
        ("/guide/index.html", "./", "/guide/"),
        ("/guide", f"{SITE}/guide/", "/guide/"),
        ("/guide", f"{SITE}:443/guide/", "/guide/"),
        ("/guide", "//docs.example.com/guide/", "/guide/"),
        ("/guide", "HTTPS://DOCS.EXAMPLE.COM/guide/", "/guide/"),
        ("/guide", "/guide/?v=2#top", "/guide/?v=2"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_same_page_is_followed(
    web: responses.RequestsMock, asked: str, location: str, landed: str, status: int
) -> None:
    show(web, SITE + asked, status, location=location)
    show(web, SITE + landed)
    assert read(SITE + asked).url == SITE + landed


@pytest.mark.parametrize(
    "location",
    [
        "https://docs.example.org/guide/gp.html",
        "https://aws.example.com/guide/gp.html",
        "http://docs.example.com/guide/gp.html",
        "https://docs.example.com:8443/guide/gp.html",
        "https://docs.example.com@example.org/guide/gp.html",
        "//example.org/guide/gp.html",
        "/guide/co.html",
        "/de_de/guide/gp.html",
        "/guide/",
        "/",
        "co.html",
        "/guide/gp.html/index.htm",
        "/GUIDE/GP.HTML",
        "/guide/%67p.html",
        "ftp://docs.example.com/guide/gp.html",
        "javascript:alert(1)",
        "https://[docs/guide/gp.html",
        "https://docs.example.com:port/guide/gp.html",
        "/signin?" + "x" * 1000,
    ],
)
def test_a_redirect_to_another_page_is_an_error(web: responses.RequestsMock, waits: list[float], location: str) -> None:
    show(web, status=302, location=location)
    with pytest.raises(ScrapeError, match=r"gp\.html: redirected to '.*' \(1 try in .* s\)\. Open it in") as caught:
        read()
    assert location[:200] in caught.value.what
    assert len(caught.value.what) < 300
    assert waits == []


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("http://docs.example.com/guide/", "https://docs.example.com/guide/"),
        ("https://docs.example.com:8443/guide/", "http://docs.example.com:8443/guide/"),
        ("https://docs.example.com/my", "/myindex.html"),
    ],
)
def test_a_redirect_to_almost_the_same_page_is_an_error(web: responses.RequestsMock, asked: str, location: str) -> None:
    show(web, asked, 301, location=location)
    with pytest.raises(ScrapeError, match=f"redirected to '{location}'"):
        read(asked)


def test_a_redirect_that_leads_nowhere(web: responses.RequestsMock) -> None:
    show(web, status=302)
    with pytest.raises(ScrapeError, match=r"status 302 \(Found\)"):
        read()


def test_redirects_in_a_circle(web: responses.RequestsMock) -> None:
    for _ in range(3):
        show(web, f"{SITE}/guide", 301, location="/guide/")
        show(web, f"{SITE}/guide/", 301, location="/guide")
    with pytest.raises(ScrapeError, match=r"docs\.example\.com/guide: more than 5 redirects \(1 try"):
        read(f"{SITE}/guide")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json", "text/html2", "text", "html", "text/html, text/plain"]
)
def test_another_content_type(web: responses.RequestsMock, content_type: str) -> None:
    show(web, content_type=content_type)
    with pytest.raises(ScrapeError, match=rf"content type '{content_type}', not text/html or application/xhtml\+xml"):
        read(content_types=("text/html", "application/xhtml+xml"))


def test_no_content_type(web: responses.RequestsMock) -> None:
    web.add(responses.GET, URL, body=HTML, content_type=None)
    with pytest.raises(ScrapeError, match="content type '', not text/html"):
        read()


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii", "utf-8; boundary=x"])
def test_character_sets_that_are_utf8(web: responses.RequestsMock, charset: str) -> None:
    show(web, content_type=f"text/html;charset={charset}")
    assert read().content == HTML


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "utf-7", "", "nonsense"])
def test_other_character_sets(web: responses.RequestsMock, charset: str) -> None:
    show(web, content_type=f"text/html; charset={charset}")
    with pytest.raises(ScrapeError, match=f"character set '{charset}', not UTF-8"):
        read()


@pytest.mark.parametrize("text", ["1\N{MULTIPLICATION SIGN}75 GB \N{DAGGER}", "\N{BYTE ORDER MARK}<p>"])
def test_text_that_is_utf8(web: responses.RequestsMock, text: str) -> None:
    show(web, body=text.encode())
    assert read().content == text.encode()


@pytest.mark.parametrize(
    "body",
    [
        "1\N{MULTIPLICATION SIGN}75".encode("latin-1"),
        "<p>".encode("utf-16"),
        "\N{DAGGER}".encode()[:-1],
        "x" * 65535 + "\u00e9" + "\ud800",
    ],
    ids=["latin-1", "utf-16", "cut", "surrogate"],
)
def test_text_that_is_not_utf8(web: responses.RequestsMock, body: bytes | str) -> None:
    show(web, body=body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
    with pytest.raises(ScrapeError, match=r"the body is not UTF-8 \(1 try"):
        read()


def test_text_is_judged_as_a_whole_and_other_bytes_are_not_judged(web: responses.RequestsMock) -> None:
    text = ("x" * 65535 + "\N{DAGGER}" * 65536).encode()
    show(web, body=text, content_type="application/json")
    show(web, f"{SITE}/file", body=b"\xff\xfe\xfd", content_type="application/octet-stream")
    assert read(content_types=("application/json",)).content == text
    assert read(f"{SITE}/file", ("application/octet-stream",)).content == b"\xff\xfe\xfd"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "gzip, br", "nonsense"])
def test_compression_that_was_not_asked_for(web: responses.RequestsMock, encoding: str) -> None:
    show(web, content_encoding=encoding)
    with pytest.raises(ScrapeError, match=f"packed with '{encoding}', which was not asked for"):
        read()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip"])
def test_gzip(web: responses.RequestsMock, encoding: str) -> None:
    show(web, body=gzip.compress(HTML), content_encoding=encoding)
    assert read().content == HTML


def test_identity_is_no_compression(web: responses.RequestsMock) -> None:
    show(web, content_encoding="identity")
    assert read().content == HTML


@pytest.mark.parametrize("mirror", ["http://127.0.0.1:8000", "http://127.0.0.1:8000/", "http://127.0.0.1:8000/aws"])
@pytest.mark.parametrize("site", [SITE, f"{SITE}/", "HTTPS://docs.Example.com"])
def test_a_mirror_is_read_in_the_place_of_a_site(web: responses.RequestsMock, mirror: str, site: str) -> None:
    there = f"{mirror.rstrip('/')}/guide/gp.html?v=2"
    show(web, there)
    show(web, "https://aws.example.com/nitro")
    with Client(Request(mirrors={site: mirror}), LIMITS) as client:
        found = client.get(f"{URL}?v=2", content_types=("text/html",))
        other = client.get("https://aws.example.com/nitro", content_types=("text/html",))
    assert (found.url, other.url) == (there, "https://aws.example.com/nitro")


def test_an_error_of_a_mirror_names_both(web: responses.RequestsMock) -> None:
    show(web, "http://127.0.0.1:8000/guide/gp.html", 404)
    with (
        Client(Request(mirrors={SITE: "http://127.0.0.1:8000"}), LIMITS) as client,
        pytest.raises(ScrapeError) as caught,
    ):
        client.get(URL, content_types=("text/html",))
    assert caught.value.where == f"http://127.0.0.1:8000/guide/gp.html (read for {URL})"


def test_a_client_for_a_request(server: Server, tmp_path: Path) -> None:
    there = server.plan("/guide/gp.html", page(HTML, etag='"1"'))
    with client(Request(mirrors={SITE: server.site}, cache_dir=tmp_path / "cache")) as made:
        assert made.get(URL, content_types=("text/html",)).url == there
    assert any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_the_sessions_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[requests.Session] = []

    def close(session: requests.Session) -> None:
        closed.append(session)

    monkeypatch.setattr(requests.Session, "close", close)
    with Client(Request(), LIMITS):
        assert closed == []
    assert len(closed) == 2


def test_the_default_limits_end_within_a_job() -> None:
    limits = Limits()
    assert limits.max_retry_after < limits.total_timeout <= 120 < limits.download_timeout
    assert 2 * limits.connect_timeout < limits.total_timeout


def test_a_lost_connection_in_an_earlier_try_is_no_reason_to_call_a_site_unreachable(
    web: responses.RequestsMock, waits: list[float]
) -> None:
    web.add(responses.GET, URL, body=requests.exceptions.ConnectionError("lost"))
    show(web, status=404)
    with pytest.raises(ScrapeError, match=r"status 404 .*\(2 tries in") as caught:
        read(limits=replace(LIMITS, retries=1))
    assert not isinstance(caught.value, Unreachable)
    assert len(waits) == 1
