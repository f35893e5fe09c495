"""A polite HTTP client for all sources on the web: it reads one page whole, as it is meant, or says why not.

What it promises, whatever a server does:

- An answer is the page that was asked for: status 200, an expected content type, complete, unpacked, in UTF-8 where it
  is text, not larger than allowed, from the same site and path.
- It ends within `Limits.total_timeout`, tries and waits included, in seconds where there is no network, and in bounded
  memory.
- A server is asked again after 429 and 5xx (not before the time it names), after a lost connection and a broken body;
  never for what would not change; and at most every `Limits.delay` seconds.
- A page is always asked for, and comes from the cache only when the server says that it still holds (304).

The parts: `http_exchange` (one try, with its deadline), `http_session` (requests), `http_cache` (CacheControl),
`http_checks` (what an answer must be like).
"""

from __future__ import annotations

import hashlib
import io
import random
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import urldefrag, urlsplit, urlunsplit

from kb._version import __version__
from kb.dataset.files import publish
from kb.errors import need
from scrapers.base import Request, ScrapeError, Unreachable
from scrapers.reading.http_checks import COMPARE, LATER, Want, followed, quoted
from scrapers.reading.http_exchange import Deadline, Exchange, Fault, Head

if TYPE_CHECKING:
    from scrapers.reading.http_session import Pages

USER_AGENT = f"sagemaker-storage-kb/{__version__}"

_HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", "Accept-Language": "en-US"}

_MAX_REDIRECTS = 5
_REDIRECTS = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)


@dataclass(frozen=True)
class Limits:
    """How long and how often; all times in seconds. The defaults suit a job that runs once a day.

    Attributes:
        connect_timeout: For a connection to one address. Looking up the name, all addresses that it has, and TLS may
            take twice as long together; there is no second try after that.
        read_timeout: Without a byte from the server.
        total_timeout: For all of `Client.get`, tries and the waits between them included.
        retries: Tries after the first.
        backoff: Wait before the first retry, doubled for each one after it, and with up to half as much added at
            random; a quarter of that where no connection was made, since then nobody is troubled.
        max_retry_after: The longest wait that a server may ask for.
        delay: Between two requests to the same host.
        download_timeout: For all of `Client.download`.
    """

    connect_timeout: float = 10
    read_timeout: float = 30
    total_timeout: float = 120
    retries: int = 3
    backoff: float = 1
    max_retry_after: float = 60
    delay: float = 0.3
    download_timeout: float = 1800


@dataclass(frozen=True)
class Page:
    """What a URL shows.

    Attributes:
        url: Where it was really read, after allowed redirects and with the mirror.
        content: The decoded body; b"" of a download.
        content_type: Without parameters, in lower case.
        sha256: Of the decoded body, in hexadecimal.
        is_from_cache: The server said that the body in the cache still holds (304).
    """

    url: str
    content: bytes
    content_type: str
    sha256: str
    is_from_cache: bool


class Client:
    """Reads pages and files. A context manager; may be used from several threads.

    Args:
        mirrors: Sites to read in the place of others: {"https://docs.aws.amazon.com": "http://127.0.0.1:8000"}.
        cache_dir: Folder of the cache for `get`; nothing is kept when not given. It may be damaged or read-only.
        limits: How long and how often.

    Raises:
        MissingExtraError: requests, or with a cache_dir CacheControl, is not installed.
    """

    def __init__(
        self,
        *,
        mirrors: Mapping[str, str] = MappingProxyType({}),
        cache_dir: Path | None = None,
        limits: Limits = Limits(),
    ) -> None:
        need("requests", "scrape", "Reading web pages")
        from scrapers.reading.http_session import Pages

        self._mirrors = {site.rstrip("/").lower(): mirror.rstrip("/") for site, mirror in mirrors.items()}
        self._limits = limits
        self._pace = _Pace(limits.delay)
        timeouts = (limits.connect_timeout, limits.read_timeout)
        self._pages = Pages(timeouts, _HEADERS, cache_dir)
        # CacheControl holds the bodies that it keeps in memory, so a download goes past it.
        self._files = Pages(timeouts, _HEADERS, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        want = Want(content_types, max_bytes)
        page = self._read(self._pages, url, want, sink, self._limits.total_timeout)
        return replace(page, content=sink.getvalue())

    def download(self, url: str, target: Path, *, content_types: tuple[str, ...], max_bytes: int) -> Page:
        """Read a file that is too large for memory; `target` is complete afterwards, or as it was before.

        It is not cached.

        Args:
            url: What to read.
            target: Where to put the decoded body.
            content_types: The types that it may have, in lower case.
            max_bytes: How large it may be, packed and unpacked.

        Raises:
            Unreachable: No try got an answer.
            ScrapeError: As for `get`, or the target cannot be written.
        """
        want = Want(content_types, max_bytes)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=target.parent, prefix=f".{target.name}.", suffix=".tmp", delete=False
            ) as sink:
                temporary = Path(sink.name)
                try:
                    page = self._read(self._files, url, want, sink, self._limits.download_timeout)
                    sink.close()
                    temporary.chmod(0o644)
                    publish(temporary, target)
                finally:
                    temporary.unlink(missing_ok=True)
        except OSError as error:
            raise ScrapeError(
                str(target), f"cannot be written ({error.strerror or error})", "Make room, or choose another folder."
            ) from error
        return page

    def _read(self, source: Pages, url: str, want: Want, sink: IO[bytes], seconds: float) -> Page:
        try:
            asked = self._mirrored(urldefrag(url).url)
        except ValueError as error:
            raise ScrapeError(url, f"cannot be asked for ({error})", "Check the URL and the mirrors.") from error
        where = url if asked == url else f"{asked} (read for {url})"
        started = time.monotonic()
        deadline = Deadline(seconds)
        faults: list[Fault] = []
        while True:
            tried = time.monotonic()
            try:
                return self._try(source, asked, want, sink, deadline)
            except Fault as fault:
                faults.append(fault)
                wait = self._wait(fault, len(faults), time.monotonic() - tried)
                if wait is None or wait >= deadline.left():
                    took = f"{_count(len(faults))} in {time.monotonic() - started:.1f} s"
                    kind = Unreachable if all(one.is_unreachable for one in faults) else ScrapeError
                    raise kind(where, f"{fault.what} ({took})", f"{fault.remedy}.") from fault
                time.sleep(wait)

    def _wait(self, fault: Fault, tries: int, took: float) -> float | None:
        """Seconds before the next try; None where there shall be none."""
        if fault.is_final or tries > self._limits.retries:
            return None
        wait: float = self._limits.backoff * 2 ** (tries - 1) * random.uniform(1, 1.5)  # noqa: S311 - no secret
        if fault.is_unconnected:
            return None if took >= self._limits.connect_timeout else wait / 4
        return max(wait, fault.retry_after)

    def _try(self, source: Pages, url: str, want: Want, sink: IO[bytes], deadline: Deadline) -> Page:
        here = url
        for _ in range(_MAX_REDIRECTS + 1):
            self._pace.wait(here, deadline)
            with Exchange(source, here, deadline, 2 * self._limits.connect_timeout) as exchange:
                head = exchange.head()
                if head.status in _REDIRECTS and "location" in head.headers:
                    here = followed(here, head.headers["location"])
                    continue
                try:
                    return self._take(exchange, head, here, want, sink)
                except Fault:
                    # What was refused must not be answered with "not modified" next time. An error page (5xx) has not
                    # entered the cache, and must not cost the good page in it.
                    if head.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
                        exchange.leave()
                        exchange.join(1)
                        source.forget(here)
                    raise
        raise Fault(f"more than {_MAX_REDIRECTS} redirects", COMPARE, is_final=True)

    def _take(self, exchange: Exchange, head: Head, url: str, want: Want, sink: IO[bytes]) -> Page:
        self._check_status(head)
        content_type = want.checked_type(head)
        sink.seek(0)
        sink.truncate()
        digest = hashlib.sha256()
        for chunk in want.checked_body(head, exchange.chunks()):
            sink.write(chunk)
            digest.update(chunk)
        if not sink.tell():
            raise Fault("the body is empty", COMPARE, is_final=True)
        return Page(url, b"", content_type, digest.hexdigest(), head.is_from_cache)

    def _check_status(self, head: Head) -> None:
        from scrapers.reading.http_session import retry_after

        if head.status == HTTPStatus.OK:
            return
        what = f"status {_status(head.status)}"
        if head.status == HTTPStatus.NOT_MODIFIED:
            raise Fault(f"{what} of a page that is not in the cache", LATER)
        if head.status != HTTPStatus.TOO_MANY_REQUESTS and head.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Fault(what, COMPARE, is_final=True)
        seconds = retry_after(head.headers.get("retry-after", ""))
        if seconds > self._limits.max_retry_after:
            raise Fault(
                f"{what}, and the site asks to wait longer than {self._limits.max_retry_after:g} s (Retry-After: "
                f"{quoted(head.headers['retry-after'])})",
                "Try again after that time",
                is_final=True,
            )
        raise Fault(what, LATER, retry_after=seconds)

    def _mirrored(self, url: str) -> str:
        parts = urlsplit(url)
        mirror = self._mirrors.get(f"{parts.scheme}://{parts.netloc}".lower())
        return url if mirror is None else mirror + urlunsplit(("", "", parts.path, parts.query, ""))


def client(request: Request) -> Client:
    """The client for what the user asked for: with its mirrors and its cache."""
    return Client(mirrors=request.mirrors, cache_dir=request.cache_dir)


class _Pace:
    """Keeps requests to the same host apart."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def wait(self, url: str, deadline: Deadline) -> None:
        """Wait for this host's next turn, and take it."""
        host = urlsplit(url).netloc.lower()
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free_at.get(host, now))
            self._free_at[host] = turn + self._delay
        time.sleep(min(turn - now, deadline.left()))


def _status(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _count(tries: int) -> str:
    return "1 try" if tries == 1 else f"{tries} tries"
