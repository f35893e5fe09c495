"""Opening an AWS page politely: what a scraper asks for, what it gets, and how long that may take.

Whatever a server does, `client(request)` promises:

- An answer is the page that was asked for: status 200, an expected content type, complete, unpacked, in UTF-8 where it
  is text, not larger than allowed, from the same site and path.
- It ends within `Limits.total_timeout`, tries and waits included, in seconds where there is no network, and in bounded
  memory. Only a last look-up of a name, or a last connect to many addresses, may take a little longer.
- A server is asked again after 429 and 5xx (not before the time it names), after a lost connection and a broken body;
  never for what would not change; and at most every `Limits.delay` seconds.
- A page is always asked for. It comes from the cache only when the server says that it still holds (304).

`http_client` has tries, redirects and the checks of an answer; `http_session` has requests with a time limit for a
whole answer, and CacheControl.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import need
from scrapers.base import Request

if TYPE_CHECKING:
    from scrapers.reading.http_client import Client


@dataclass(frozen=True)
class Limits:
    """How long and how often; all times in seconds. The defaults suit a job that runs once a day.

    Attributes:
        connect_timeout: For a connection to one of a site's addresses. If making none took longer, there is no other
            try.
        read_timeout: Without a byte from the server.
        total_timeout: For all of `Client.get`, tries and the waits between them included.
        retries: Tries after the first.
        backoff: Wait before the first retry, doubled for each one after it, with up to half as much added at random;
            a quarter of that where no connection was made, since then nobody is troubled.
        max_retry_after: The longest wait that a server may ask for.
        delay: Between two requests to the same host, if it is not a mirror.
        download_timeout: For all of `Client.download`.
    """

    connect_timeout: float = 5
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
        content: The unpacked body; b"" for a download.
        is_from_cache: The server said that the body in the cache still holds (304).
    """

    url: str
    content: bytes = b""
    is_from_cache: bool = False


def client(request: Request) -> Client:
    """The client for what the user asked for: with its mirrors and its cache.

    Raises:
        MissingExtraError: A package that reads web pages is not installed.
    """
    for package in ("requests", "cachecontrol", "filelock"):
        need(package, "scrape", "Reading web pages")
    from scrapers.reading.http_client import Client

    return Client(request, Limits())
