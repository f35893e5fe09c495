"""How requests is used: sessions, watched connections, the cache, and its errors in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.util import Retry

from kb.errors import need
from scrapers.reading.http_checks import LATER
from scrapers.reading.http_exchange import CHECK_NETWORK, Fault, Head, announce


class _StrictResponse(HTTPResponse):
    """The standard library's, with two mistakes put right.

    It takes a chunk of size -1 for "all there is", and reads that into memory; and it waits for the chunks of a 304
    that names a Transfer-Encoding, which may be named (RFC 9112, 6.1) without any chunks to come.
    """

    def begin(self) -> None:
        super().begin()
        if self.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.chunked = False

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]
        if size < 0:
            raise IncompleteRead(b"")
        return size


class _HTTP(HTTPConnection):
    """Tells its exchange which socket it uses."""

    response_class = _StrictResponse

    def connect(self) -> None:
        announce(self)
        super().connect()

    def getresponse(self) -> Any:
        announce(self, is_ready=True)
        return super().getresponse()


class _HTTPS(_HTTP, HTTPSConnection):
    pass


class _WatchedAdapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *args: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **named)
        pool.ConnectionCls = _HTTPS if pool.scheme == "https" else _HTTP
        return pool


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: the client judges redirects, and requests reads their bodies whole even where it does not follow."""
        del resp


class Pages:
    """A session of requests, seen as a `Transport`.

    Args:
        timeouts: Seconds for a connect and for a read.
        headers: Sent with every request.
        cache_dir: Where pages are kept for conditional requests.

    Raises:
        MissingExtraError: there is a cache_dir and CacheControl is not installed.
    """

    def __init__(self, timeouts: tuple[float, float], headers: Mapping[str, str], cache_dir: Path | None) -> None:
        self._timeouts = timeouts
        self._session = _Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(headers)
        self._adapter: HTTPAdapter = _WatchedAdapter()
        self._forget: Callable[[str], None] = lambda url: None
        if cache_dir is not None:
            self._use_cache(cache_dir)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def _use_cache(self, cache_dir: Path) -> None:
        for package in ("cachecontrol", "filelock"):
            need(package, "scrape", "A cache of web pages")
        from cachecontrol import CacheControlAdapter

        from scrapers.reading.http_cache import CheckedCache, Controller, KeepDated

        class Adapter(_WatchedAdapter, CacheControlAdapter):
            pass

        cache = CheckedCache(cache_dir)
        self._adapter = Adapter(cache, controller_class=Controller, heuristic=KeepDated())
        self._forget = lambda url: cache.delete(Controller.cache_url(url))
        # A request that says so is never answered from the cache without asking the server.
        self._session.headers["Cache-Control"] = "max-age=0"

    def ask(self, url: str) -> Reply:
        """See `Transport`."""
        try:
            return Reply(self._session.get(url, timeout=self._timeouts, stream=True, allow_redirects=False))
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            raise _no_answer(error) from error

    def forget(self, url: str) -> None:
        """Remove a page from the cache."""
        self._forget(url)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._session.close()


class Reply:
    """An answer of requests, seen as an `Answer`."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.head = Head(response.status_code, headers, bool(getattr(response, "from_cache", False)))

    def read(self, size: int) -> bytes:
        """See `Answer`."""
        try:
            # Not stream(): it reads chunk sizes of any length (CVE-2026-97689); read() leaves them to http.client.
            data: bytes = self._response.raw.read(size, decode_content=False)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise _broken_body(error) from error
        return data

    def close(self) -> None:
        """See `Answer`."""
        self._response.close()


def retry_after(value: str) -> float:
    """Seconds that a Retry-After header asks for; 0 where it cannot be read."""
    try:
        return Retry().parse_retry_after(value)
    except (InvalidHeader, ValueError, OverflowError):
        return 0


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies behind it; requests and urllib3 keep that in three different places."""
    waiting: list[Any] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [getattr(cause, "reason", None), cause.__cause__, *cause.args]


#: What each kind of error means, the most telling first; `{}` is its reason.
_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], str, str, dict[str, bool]], ...] = (
    (
        (ssl.SSLCertVerificationError,),
        "its certificate is not accepted ({})",
        "Check the clock and the name; behind a proxy that opens TLS, name its certificate in REQUESTS_CA_BUNDLE",
        {"is_final": True},
    ),
    (
        (requests.exceptions.ProxyError,),
        "the proxy did not connect ({})",
        "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
        {"is_unconnected": True},
    ),
    ((ReadTimeoutError, requests.exceptions.ReadTimeout), "no answer in time", CHECK_NETWORK, {"is_unreachable": True}),
    (
        (NameResolutionError, socket.gaierror),
        "the name of the site cannot be resolved",
        CHECK_NETWORK,
        {"is_unconnected": True},
    ),
    ((NewConnectionError,), "no connection ({})", CHECK_NETWORK, {"is_unconnected": True}),
    (
        (ConnectTimeoutError, requests.exceptions.ConnectTimeout),
        "no connection in time",
        CHECK_NETWORK,
        {"is_unconnected": True},
    ),
    (
        (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError),
        "the connection ended before an answer ({})",
        CHECK_NETWORK,
        {"is_unreachable": True},
    ),
    ((ssl.SSLError,), "no TLS connection ({})", LATER, {}),
    ((HTTPException,), "the answer is not HTTP ({})", LATER, {}),
    (
        (ProtocolError, requests.exceptions.ConnectionError),
        "the connection ended before an answer ({})",
        CHECK_NETWORK,
        {"is_unreachable": True},
    ),
)


def _no_answer(error: Exception) -> Fault:
    causes = list(_causes(error))
    for kinds, what, remedy, flags in _MEANINGS:
        if any(isinstance(cause, kinds) for cause in causes):
            return Fault(what.format(_reason(causes)), remedy, **flags)
    return Fault(f"cannot be asked for ({_reason(causes)})", "Check the URL and the mirrors", is_final=True)


def _broken_body(error: Exception) -> Fault:
    causes = list(_causes(error))
    if any(isinstance(cause, ReadTimeoutError) for cause in causes):
        return Fault("the body stopped coming", LATER)
    return Fault(f"the body broke off ({_reason(causes)})", LATER)


def _reason(causes: list[BaseException]) -> str:
    """The innermost error in a few words, without the addresses of objects that urllib3 puts into its texts."""
    inner = [cause for cause in causes if not isinstance(cause, (requests.RequestException, HTTPError))]
    cause = inner[-1] if inner else causes[-1]
    if isinstance(cause, IncompleteRead):
        return "fewer bytes than announced"
    text = (
        getattr(cause, "verify_message", None) or getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    )
    return " ".join(repr(text)[1:-1].split())[:200]
