"""requests with what it lacks for AWS pages that become evidence: a time limit for an answer, and a cache to trust.

requests limits the time of each connect and of each `recv`, not of a whole answer: a server that sends a byte now and
then, in its headers or in its body, keeps its reader for as long as it likes. Here every read looks at the clock.

CacheControl takes a cache entry for what it says it is, and an error of the cache for an error of the request. Here an
entry proves by its hash that it is what was stored for this URL, a cache that cannot be used is done without, and only
answers that are known to be complete are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import partial
from http.client import HTTPException, HTTPResponse, IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from cachecontrol import CacheControlAdapter, CacheController
from cachecontrol.caches import FileCache
from cachecontrol.heuristics import BaseHeuristic
from filelock import FileLock
from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection

from kb._version import __version__
from scrapers.reading.http import Limits

LATER = "The site has a problem; try again later"

_CHECK_NETWORK = "Check the network, and HTTPS_PROXY if this network needs a proxy"
_HEADERS = {
    "User-Agent": f"sagemaker-storage-kb/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en-US",
    # CacheControl, and any cache on the way, must ask the server whether what it has still holds.
    "Cache-Control": "max-age=0",
}

#: When the answer that is being read must be complete, by `time.monotonic`.
_ENDS_AT: ContextVar[float] = ContextVar("ends_at")


@dataclass(eq=False)
class Fault(Exception):
    """Why one try failed.

    Attributes:
        what: What happened.
        remedy: What the user can do.
        is_final: Another try would end the same way.
        is_unreachable: Nobody answered.
        is_unconnected: Not even a connection was made.
        retry_after: Seconds that the server asks to wait before the next try.
    """

    what: str
    remedy: str = "Open it in a browser; if the site has changed, its scraper must follow"
    is_final: bool = False
    is_unreachable: bool = False
    is_unconnected: bool = False
    retry_after: float = 0


#: What an error means, the most telling first; `{}` is its reason.
_MEANINGS: tuple[tuple[tuple[type[Exception], ...], str, str, dict[str, bool]], ...] = (
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
        {"is_unreachable": True, "is_unconnected": True},
    ),
    (
        (exceptions.ReadTimeoutError, requests.exceptions.ReadTimeout),
        "no complete answer in time",
        _CHECK_NETWORK,
        {"is_unreachable": True},
    ),
    (
        (exceptions.NameResolutionError, socket.gaierror),
        "the name of the site cannot be resolved",
        _CHECK_NETWORK,
        {"is_unreachable": True, "is_unconnected": True},
    ),
    (
        (exceptions.NewConnectionError,),
        "no connection ({})",
        _CHECK_NETWORK,
        {"is_unreachable": True, "is_unconnected": True},
    ),
    (
        (exceptions.ConnectTimeoutError, requests.exceptions.ConnectTimeout),
        "no connection in time",
        _CHECK_NETWORK,
        {"is_unreachable": True, "is_unconnected": True},
    ),
    (
        (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError),
        "the connection ended before an answer ({})",
        _CHECK_NETWORK,
        {"is_unreachable": True},
    ),
    ((ssl.SSLError,), "no TLS connection ({})", LATER, {}),
    ((HTTPException,), "the answer is not HTTP ({})", LATER, {}),
    (
        (exceptions.ProtocolError, requests.exceptions.ConnectionError),
        "the connection ended before an answer ({})",
        _CHECK_NETWORK,
        {"is_unreachable": True},
    ),
    ((Exception,), "cannot be asked for ({})", "Check the URL and the mirrors", {"is_final": True}),
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies behind it; requests and urllib3 keep that in three different places."""
    yield error
    for cause in (getattr(error, "reason", None), error.__cause__, *error.args):
        if isinstance(cause, BaseException):
            yield from _causes(cause)


def reason(error: BaseException) -> str:
    """The innermost error in a few words, without the addresses of objects that urllib3 puts into its texts."""
    causes = list(_causes(error))
    wrappers = (requests.RequestException, exceptions.HTTPError)
    cause = ([cause for cause in causes if not isinstance(cause, wrappers)] or causes)[-1]
    if isinstance(cause, IncompleteRead):
        return "fewer bytes than announced"
    told = getattr(cause, "verify_message", None) or getattr(cause, "strerror", None) or str(cause)
    return " ".join(repr(told or type(cause).__name__)[1:-1].split())[:200]


class Session(requests.Session):
    """Asks for pages.

    Args:
        cache_dir: Where pages are kept, to be sent again only if they have changed; nothing is kept when not given.
    """

    def __init__(self, cache_dir: Path | None) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update(_HEADERS)
        self.cache = _Cache(cache_dir or Path(), lock_class=partial(FileLock, timeout=5))  # type: ignore[arg-type]
        # Without a folder no request may be answered from the cache, or fill it.
        cached = ("GET",) if cache_dir else ("none",)
        adapter = _Adapter(
            self.cache, controller_class=_Controller, heuristic=_KeepComplete(), cacheable_methods=cached
        )
        # Not redirects: CacheControl would read their bodies whole, however large.
        adapter.controller.cacheable_status_codes = (200,)
        for scheme in ("http://", "https://"):
            self.mount(scheme, adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: `Client` judges redirects, and requests reads their bodies whole even where it does not follow."""

    def ask(self, url: str, limits: Limits, ends_at: float) -> requests.Response:
        """Send a GET and wait for the headers.

        Raises:
            Fault: There is no answer.
        """
        _ENDS_AT.set(ends_at)
        connect = max(0.001, min(limits.connect_timeout, ends_at - time.monotonic()))
        try:
            return self.get(url, timeout=(connect, limits.read_timeout), stream=True, allow_redirects=False)
        except (requests.RequestException, exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
            causes = tuple(_causes(error))
            _, what, remedy, flags = next(
                meaning for meaning in _MEANINGS if any(isinstance(cause, meaning[0]) for cause in causes)
            )
            raise Fault(what.format(reason(error)), remedy, **flags) from error


class _Timed(socket.SocketIO):
    """Bytes from a socket, until the answer must be complete."""

    def readinto(self, buffer: Any) -> int | None:
        left = _ENDS_AT.get() - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(left, self._sock.gettimeout()))  # type: ignore[attr-defined]
        return super().readinto(buffer)


class _Answer(HTTPResponse):
    """The standard library's, in time, and without reading all there is, and at once, for a chunk of size -1."""

    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        self.fp.raw.__class__ = _Timed

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]
        if size < 0:
            raise IncompleteRead(b"")
        return size


class _HTTP(HTTPConnection):
    response_class = _Answer


class _HTTPS(HTTPSConnection):
    response_class = _Answer


class _Adapter(CacheControlAdapter):
    """CacheControl's, with our connections."""

    def get_connection_with_tls_context(self, *args: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **named)
        pool.ConnectionCls = _HTTPS if pool.scheme == "https" else _HTTP
        return pool


class _Cache(FileCache):
    """Files whose content carries a hash of itself and of its URL. Without a usable disk nothing is kept."""

    def get(self, key: str) -> bytes | None:
        entry = b""
        with contextlib.suppress(OSError):
            entry = super().get(key) or b""
        return entry[32:] if entry[:32] == _proof(key, entry[32:]) else None

    def set(self, key: str, value: bytes, expires: Any = None) -> None:
        with contextlib.suppress(OSError, NotImplementedError):  # the latter: a file system without locks
            super().set(key, _proof(key, value) + value, expires)

    def delete(self, key: str) -> None:
        with contextlib.suppress(OSError):
            super().delete(key)


def _proof(key: str, value: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + value).digest()


class _KeepComplete(BaseHeuristic):
    """Lets into the cache what is known to be complete. Dates decide nothing, since every page is asked for again."""

    def apply(self, response: Any) -> Any:
        headers = response.headers
        try:
            parsedate_to_datetime(headers.get("Date", ""))
        except ValueError:
            headers["Date"] = formatdate(usegmt=True)
        headers["Expires"] = formatdate(time.time() + 86400, usegmt=True)
        # The end of any other answer looks like a connection that broke.
        if not response.chunked and not headers.get("Content-Length", "").isdigit():
            headers["Cache-Control"] = "no-store"
        return response


class _Controller(CacheController):
    def update_cached_response(self, request: Any, response: Any) -> Any:
        """The cached page to which a 304 belongs, or the 304 itself where it speaks of another one."""
        asked, said = request.headers.get("If-None-Match", ""), response.headers.get("ETag", "")
        if asked and said and asked.removeprefix("W/") != said.removeprefix("W/"):
            return response
        if response.chunked:  # which a 304 may say (RFC 9112, 6.1), but no chunks come
            response.close()
        # What else a 304 says describes a body that it does not have.
        response.headers = {"Date": response.headers["Date"]}
        return super().update_cached_response(request, response)
