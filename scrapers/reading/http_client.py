"""Reads an AWS page, or a large file of the price list, as it is meant to be read; or says why it cannot be read."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import random
import re
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from http.client import HTTPException, responses
from pathlib import Path
from typing import IO, Self
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from requests import Response
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from scrapers import clock
from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.reading.http import Limits, Page
from scrapers.reading.http_session import LATER, Fault, Session, reason

_MAX_REDIRECTS = 5
_CHUNK = 64 * 1024
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_GZIP = ("gzip", "x-gzip")
_TEXT = re.compile(r"text/.*|.*[/+](json|xml)")

#: Checks an answer and yields its unpacked body.
_Body = Callable[[Response], Iterator[bytes]]


class Client:
    """Reads pages and files, one at a time. A context manager.

    Args:
        request: Names the mirrors, and the folder of the cache for `get`, which may be damaged or read-only.
        limits: How long and how often.
    """

    def __init__(self, request: Request, limits: Limits) -> None:
        self._mirrors = {site.rstrip("/").lower(): mirror.rstrip("/") for site, mirror in request.mirrors.items()}
        self._limits = limits
        self._free_at: dict[str, float] = {}
        # A cache copies each body that passes through it, so downloads go past it.
        self._pages, self._files = Session(request.cache_dir), Session(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pages.close()
        self._files.close()

    def get(self, url: str, *, content_types: tuple[str, ...], max_bytes: int = 20_000_000) -> Page:
        """Read a page into memory.

        Args:
            url: What to read.
            content_types: The types that it may have, in lower case ("text/html").
            max_bytes: How large it may be, packed and unpacked.

        Raises:
            Unreachable: No try got an answer.
            ScrapeError: Any other status than 200, a redirect elsewhere, a body that is not what was asked for.
        """
        sink = io.BytesIO()
        body = partial(checked_body, content_types=content_types, max_bytes=max_bytes)
        page = self._read(self._pages, url, body, sink, self._limits.total_timeout)
        return replace(page, content=sink.getvalue())

    def download(self, url: str, target: Path, *, content_types: tuple[str, ...], max_bytes: int) -> Page:
        """Read a file that is too large for memory, past the cache. After an error there is no `target`.

        Args:
            url: What to read.
            target: Where to put the unpacked body.
            content_types: The types that it may have, in lower case.
            max_bytes: How large it may be, packed and unpacked.

        Raises:
            Unreachable: No try got an answer.
            ScrapeError: As for `get`, or the target cannot be written.
        """
        body = partial(checked_body, content_types=content_types, max_bytes=max_bytes)
        try:
            with target.open("wb") as sink:
                return self._read(self._files, url, body, sink, self._limits.download_timeout)
        except BaseException as error:
            with contextlib.suppress(OSError):
                target.unlink()
            if isinstance(error, OSError):
                raise ScrapeError(
                    str(target),
                    f"cannot be written ({error.strerror or error})",
                    "Make room, or choose another folder.",
                ) from error
            raise

    def _read(self, session: Session, url: str, body: _Body, sink: IO[bytes], seconds: float) -> Page:
        asked = self._mirrored(url.partition("#")[0])
        started = time.monotonic()
        faults: list[Fault] = []
        while True:
            try:
                return self._try(session, asked, body, sink, started + seconds)
            except Fault as fault:
                faults.append(fault)
                took = time.monotonic() - started
                wait = self._limits.backoff * 2 ** (len(faults) - 1) * random.uniform(1, 1.5)  # noqa: S311 - no secret
                wait = wait / 4 if fault.is_unconnected else max(wait, fault.retry_after)
                is_hopeless = fault.is_final or (fault.is_unconnected and took >= self._limits.connect_timeout)
                if is_hopeless or len(faults) > self._limits.retries or took + wait >= seconds:
                    tries = "1 try" if len(faults) == 1 else f"{len(faults)} tries"
                    where = url if asked == url else f"{asked} (read for {url})"
                    kind = Unreachable if all(one.is_unreachable for one in faults) else ScrapeError
                    raise kind(where, f"{fault.what} ({tries} in {took:.1f} s)", f"{fault.remedy}.") from fault
                time.sleep(wait)

    def _mirrored(self, url: str) -> str:
        site = next((site for site in self._mirrors if url.lower().startswith(f"{site}/")), None)
        return url if site is None else self._mirrors[site] + url[len(site) :]

    def _try(self, session: Session, url: str, body: _Body, sink: IO[bytes], ends_at: float) -> Page:
        here = url
        for _ in range(_MAX_REDIRECTS + 1):
            self._wait_for_turn(here, ends_at)
            with session.ask(here, self._limits, ends_at) as response:
                if not getattr(response, "from_cache", False):
                    clock.heard(response.headers)
                if not response.is_redirect:
                    return self._take(session, response, body, sink)
                here = followed(here, response.headers["Location"])
        raise Fault(f"more than {_MAX_REDIRECTS} redirects", is_final=True)

    def _wait_for_turn(self, url: str, ends_at: float) -> None:
        """Keep requests to the same host apart, except to a mirror, which is the user's own."""
        host = url.partition("://")[2].partition("/")[0].lower()
        now = time.monotonic()
        turn = max(now, self._free_at.get(host, now))
        is_own = url.startswith(tuple(self._mirrors.values()))
        self._free_at[host] = turn + (0 if is_own else self._limits.delay)
        time.sleep(max(0, min(turn, ends_at) - now))

    def _take(self, session: Session, response: Response, body: _Body, sink: IO[bytes]) -> Page:
        try:
            _check_status(response, self._limits.max_retry_after)
            sink.seek(0)
            sink.truncate()
            sink.writelines(body(response))
        except Fault:
            # What was refused must not be answered with "not modified" next time. An error page (5xx) has not entered
            # the cache, and must not cost the good page in it.
            if response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
                session.cache.delete(response.url)
            raise
        return Page(response.url, is_from_cache=getattr(response, "from_cache", False))


def _check_status(response: Response, max_retry_after: float) -> None:
    """Accept 200 only.

    Raises:
        Fault: Any other status; final if it would stay, or if the server asks for a longer wait than allowed.
    """
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    what = f"status {status} ({responses.get(status, 'not a known one')})"
    if status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.TOO_MANY_REQUESTS) and status < 500:
        raise Fault(what, is_final=True)
    after = response.headers.get("Retry-After", "")
    try:
        seconds = Retry().parse_retry_after(after)
    except (InvalidHeader, ValueError, OverflowError):
        seconds = 0
    if seconds > max_retry_after:
        what += f", and the site asks to wait longer than {max_retry_after:g} s (Retry-After: {_quoted(after)})"
        raise Fault(what, "Try again after that time", is_final=True)
    raise Fault(what, LATER, retry_after=seconds)


def checked_body(response: Response, *, content_types: tuple[str, ...], max_bytes: int) -> Iterator[bytes]:
    """The body of an answer, unpacked.

    Raises:
        Fault: The headers announce another body than the one that is wanted, or the body is empty, too large, damaged,
            cut off, or text that is not UTF-8.
    """
    header = response.headers.get("Content-Type", "")
    content_type = header.partition(";")[0].strip().lower()
    if content_type not in content_types:
        raise Fault(f"content type {_quoted(header)}, not {' or '.join(content_types)}", is_final=True)
    charset = _CHARSET.search(header)
    if charset is not None and charset[1].lower() not in _UTF8:
        raise Fault(f"character set {_quoted(charset[1])}, not UTF-8", is_final=True)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", *_GZIP):
        raise Fault(f"packed with {_quoted(encoding)}, which was not asked for", is_final=True)
    # Not response.iter_content: it reads chunk sizes of any length (CVE-2026-97689), and takes gzip that is cut off for
    # complete.
    body = _Limited(partial(response.raw.read, decode_content=False), max_bytes)
    if encoding in _GZIP:
        body = _Limited(gzip.GzipFile(fileobj=body).read, max_bytes)  # type: ignore[call-overload]
    decoder = codecs.getincrementaldecoder("utf-8" if _TEXT.fullmatch(content_type) else "latin-1")()
    try:
        while chunk := body.read(_CHUNK):
            decoder.decode(chunk)
            yield chunk
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Fault("the body is not UTF-8", is_final=True) from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Fault(f"the body is damaged gzip, or cut off ({error})", LATER) from error
    except ReadTimeoutError as error:
        raise Fault("the body stopped coming, or came too slowly", LATER) from error
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise Fault(f"the body broke off ({reason(error)})", LATER) from error
    if not body.size:
        raise Fault("the body is empty", is_final=True)


class _Limited:
    """A body that may not be larger than `max_bytes`."""

    def __init__(self, read: Callable[[int], bytes], max_bytes: int) -> None:
        self._read, self._max_bytes, self.size = read, max_bytes, 0

    def read(self, size: int) -> bytes:
        chunk = self._read(size)
        self.size += len(chunk)
        if self.size > self._max_bytes:
            raise Fault(f"the body is larger than the {self._max_bytes:,} bytes allowed", is_final=True)
        return chunk


def followed(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        Fault: To another site or to another page.
    """
    here = urlsplit(url)
    with contextlib.suppress(ValueError):
        target = urlsplit(urljoin(url, location))
        if _place(target) == _place(here):
            return urlunsplit((here.scheme, here.netloc, target.path, target.query, ""))
    raise Fault(f"redirected to {_quoted(location)}", is_final=True)


def _place(url: SplitResult) -> tuple[str, str | None, int | None, str]:
    """What must be the same on both ends of a redirect."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.hostname, port, url.path.removesuffix("/index.html").rstrip("/")


def _quoted(text: str) -> str:
    """What a server says, fit for a message."""
    return repr(text if len(text) <= 200 else f"{text[:200]}...")
