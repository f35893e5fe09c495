"""What an answer must be like: where a redirect leads, the headers, and the body while it streams."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from scrapers.reading.http_exchange import CHUNK, Fault, Head

LATER = "The site has a problem; try again later"
COMPARE = "Open it in a browser; where the site has changed, its scraper must follow"

_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_GZIP = ("gzip", "x-gzip")
_ENCODINGS = ("", "identity", *_GZIP)
_TEXT = re.compile(r"text/.*|.*[/+](json|xml)")


@dataclass(frozen=True)
class Want:
    """What the caller wants.

    Attributes:
        content_types: The types that the answer may have, in lower case.
        max_bytes: How large its body may be, packed and unpacked.
    """

    content_types: tuple[str, ...]
    max_bytes: int

    def checked_type(self, head: Head) -> str:
        """The content type.

        Raises:
            Fault: the headers speak of another body than the one that is wanted.
        """
        header = head.headers.get("content-type", "")
        content_type = _type(head)
        if content_type not in self.content_types:
            raise Fault(f"content type {quoted(header)}, not {' or '.join(self.content_types)}", COMPARE, is_final=True)
        charset = _CHARSET.search(header)
        if charset is not None and charset[1].lower() not in _UTF8:
            raise Fault(f"character set {quoted(charset[1])}, not UTF-8", COMPARE, is_final=True)
        if _encoding(head) not in _ENCODINGS:
            raise Fault(f"packed with {quoted(_encoding(head))}, which was not asked for", COMPARE, is_final=True)
        length = head.headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 18 or int(length) > self.max_bytes):
            raise Fault(
                f"announces {quoted(length)} bytes, more than the {self.max_bytes:,} allowed", COMPARE, is_final=True
            )
        return content_type

    def checked_body(self, head: Head, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The body, unpacked.

        Raises:
            Fault: it is too large, damaged, or text that is not UTF-8.
        """
        chunks = _limited(chunks, self.max_bytes)
        if _encoding(head) in _GZIP:
            chunks = _limited(_gunzipped(chunks), self.max_bytes)
        return _utf8(chunks) if _TEXT.fullmatch(_type(head)) else chunks


def _type(head: Head) -> str:
    return head.headers.get("content-type", "").partition(";")[0].strip().lower()


def _encoding(head: Head) -> str:
    return head.headers.get("content-encoding", "").strip().lower()


def _limited(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Pass chunks on.

    Raises:
        Fault: together they are more than `max_bytes`.
    """
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise Fault(f"the body is larger than the {max_bytes:,} bytes allowed", COMPARE, is_final=True)
        yield chunk


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip, at most `CHUNK` bytes at a time however much a chunk expands to.

    The decoders inside urllib3 are not used, because they take a stream that is cut off for a complete one.

    Raises:
        Fault: not gzip, damaged, cut off, or followed by something else.
    """
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if inflater.eof:
                    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
                piece = inflater.decompress(data, CHUNK)
                if piece:
                    yield piece
                data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    except zlib.error as error:
        raise Fault(f"the body is damaged gzip ({error})", LATER) from error
    if not inflater.eof:
        raise Fault("the body's gzip is cut off", LATER)


def _utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass chunks on.

    Raises:
        Fault: they are not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
            yield chunk
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Fault("the body is not UTF-8", COMPARE, is_final=True) from error


def followed(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        Fault: to another site or to another page.
    """
    try:
        target = urlsplit(urljoin(url, location))
        is_same = _place(url) == _place(target.geturl())
    except ValueError:
        is_same = False
    if not is_same:
        raise Fault(f"redirected to {quoted(location)}", COMPARE, is_final=True)
    ours = urlsplit(url)
    return urlunsplit((ours.scheme, ours.netloc, target.path, target.query, ""))


def _place(url: str) -> tuple[str, str | None, int | None, str]:
    """What must be the same on both ends of a redirect."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.removesuffix("/index.html").rstrip("/")


def quoted(text: str) -> str:
    """What a server says, fit for a message."""
    return repr(text if len(text) <= 200 else f"{text[:200]}...")
