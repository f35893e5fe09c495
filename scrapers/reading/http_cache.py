"""The cache of web pages: CacheControl's, with what it lacks for pages that become evidence.

CacheControl is made for speed: it takes a cache entry for what it says it is, and an error of the cache for an error of
the request. Here an entry proves by its hash that it is what was stored for this URL, errors of the cache are logged
and the page is read without it, and only answers that are known to be complete are kept.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import weakref
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from cachecontrol import CacheController
from cachecontrol.caches import FileCache
from cachecontrol.heuristics import BaseHeuristic
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from requests import PreparedRequest
    from urllib3 import HTTPResponse

_log = logging.getLogger(__name__)

#: Seconds to wait for another process that writes the same entry.
_LOCK_TIMEOUT = 5
_DAY = 86400

#: Describe a body, so they say nothing in an answer without one (304), but CacheControl would take them over.
_BODY_HEADERS = ("Content-Type", "Content-Encoding", "Transfer-Encoding")


class CheckedCache(FileCache):
    """Files whose content carries a hash of itself and of its URL."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, lock_class=functools.partial(FileLock, timeout=_LOCK_TIMEOUT))  # type: ignore[arg-type]

    def get(self, key: str) -> bytes | None:
        """The entry, or None where there is none that can be trusted."""
        try:
            entry = super().get(key)
        except OSError as error:
            _log.debug("no cache entry of %s: %s", key, error)
            return None
        if entry is None or entry[:32] != _proof(key, entry[32:]):
            return None
        return entry[32:]

    def set(self, key: str, value: bytes, expires: int | datetime | None = None) -> None:
        """Store an entry if that is possible."""
        try:
            super().set(key, _proof(key, value) + value, expires)
        except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
            _log.debug("%s is not cached: %s", key, error)

    def delete(self, key: str) -> None:
        """Remove an entry if that is possible."""
        try:
            super().delete(key)
        except OSError as error:
            _log.debug("the cache keeps %s: %s", key, error)


def _proof(key: str, value: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + value).digest()


class Controller(CacheController):
    """Keeps complete pages only."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        # Not redirects: CacheControl would read their bodies whole, however large.
        self.cacheable_status_codes = (200,)

    def cache_response(
        self,
        request: PreparedRequest,
        response_or_ref: HTTPResponse | weakref.ReferenceType[HTTPResponse],
        body: bytes | None = None,
        status_codes: Collection[int] | None = None,
    ) -> None:
        """Keep an answer that was read to its end, if its end can be told from a connection that broke."""
        response = response_or_ref() if isinstance(response_or_ref, weakref.ReferenceType) else response_or_ref
        if response is None:
            return
        if not response.chunked and not response.headers.get("Content-Length", "").isdigit():
            return
        try:
            super().cache_response(request, response, body, status_codes)
        except Exception as error:  # such as its assertion that a Date header can be read
            _log.debug("%s is not cached: %r", request.url, error)

    def update_cached_response(self, request: PreparedRequest, response: HTTPResponse) -> HTTPResponse:
        """The cached answer to which a 304 belongs, or the 304 itself where it speaks of another one."""
        asked, said = request.headers.get("If-None-Match"), response.headers.get("ETag")
        if asked and said and _opaque(asked) != _opaque(said):
            return response
        for name in _BODY_HEADERS:
            response.headers.discard(name)
        return super().update_cached_response(request, response)


def _opaque(etag: str | bytes) -> str:
    """An ETag without the mark for a weak one; a server may mark it when it compresses."""
    text = etag.decode("latin-1") if isinstance(etag, bytes) else etag
    return text.strip().removeprefix("W/")


class KeepDated(BaseHeuristic):
    """Lets pages that have a Last-Modified and no ETag into the cache; CacheControl keeps those only if they expire."""

    def update_headers(self, response: HTTPResponse) -> dict[str, str]:
        """An expiry tomorrow, which decides nothing else, because every page is asked for again."""
        if "Last-Modified" in response.headers and "ETag" not in response.headers:
            return {"Expires": formatdate(time() + _DAY, usegmt=True)}
        return {}
