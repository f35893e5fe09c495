"""Offer files of the AWS Price List, read as a stream: a file may be larger than memory.

An offer file is one JSON object. Its `products` (an object of products by sku) are read one by one; everything else,
above all `terms` (the prices, most of the file), is passed over, but to the last byte, so that a file that was cut
off is noticed. Memory is bounded by the number of products, whatever the file holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from kb.errors import need
from scrapers.base import Document, Remark, ScrapeError
from scrapers.prices.words import ATTRIBUTES, REMEDY

OFFER_CODE = "AmazonSageMaker"
FORMAT_VERSION = "v1.0"

_CHUNK = 1 << 16
_MAX_SILENCE = 1 << 20  # bytes without a token: no offer file has such a value
_MAX_DEPTH = 32
_OPEN = frozenset({"start_map", "start_array"})
_CLOSE = frozenset({"end_map", "end_array"})
_HEAD = {"formatVersion": FORMAT_VERSION, "offerCode": OFFER_CODE}
_OTHER_MEMBERS = frozenset({"attributesList", "disclaimer", "publicationDate", "version"})
_NAMES = {
    "boolean": "true or false",
    "end_array": "the end of an array",
    "null": "null",
    "start_array": "an array",
    "start_map": "an object",
    "string": "text",
}

_Events = Iterator[tuple[str, Any]]


@dataclass(frozen=True)
class Product:
    """One product.

    Attributes:
        sku: Its identifier in this file.
        family: Its product family; empty where it has none.
        attributes: Those of `price_words.ATTRIBUTES` that it has.
    """

    sku: str
    family: str
    attributes: dict[str, str]


def products(document: Document, remark: Remark) -> Iterator[Product]:
    """Read the products of an offer file; it is known to be whole only when the last one has been asked for.

    Args:
        document: The file.
        remark: Told of members of the file that are not known.

    Raises:
        ScrapeError: Not a whole JSON document, not an offer file of SageMaker, or another structure than the known
            one; names document and JSON path.
        MissingExtraError: ijson is not installed.
    """
    events = _events(document)
    for name in _members(events, document.name, "$", "products", "terms", *_HEAD):
        path = f"$.{name}"
        if name == "products":
            yield from _products(events, document.name)
        elif name == "terms":
            _expect("start_map", events, document.name, path)
            _skip(events, document.name, path, depth=1)
        elif name in _HEAD:
            text = _expect("string", events, document.name, path)
            if text != _HEAD[name]:
                _fail(document.name, path, f"{_HEAD[name]!r} expected, found {text!r}")
        else:
            _skip(events, document.name, path)
            if name not in _OTHER_MEMBERS:
                remark(f"{document.name} at {path}: not a known member of an offer file.")
    for _ in events:  # whatever follows the object is an error of the JSON parser
        pass


def _products(events: _Events, document: str) -> Iterator[Product]:
    is_empty = True
    for sku in _members(events, document, "$.products"):
        is_empty = False
        if not sku.isalnum():
            _fail(document, "$.products", f"{sku!r} is no sku")
        yield _product(events, sku, document)
    if is_empty:
        _fail(document, "$.products", "an empty object")


def _product(events: _Events, sku: str, document: str) -> Product:
    path = f"$.products.{sku}"
    family, attributes = "", {}
    for name in _members(events, document, path, "sku", "attributes"):
        here = f"{path}.{name}"
        if name == "attributes":
            attributes = _attributes(events, document, here)
        elif name == "productFamily":
            family = _text(events, document, here)
        elif name == "sku":
            text = _text(events, document, here)
            if text != sku:
                _fail(document, here, f"{sku!r} expected, found {text!r}")
        else:
            _skip(events, document, here)
    return Product(sku, family, attributes)


def _attributes(events: _Events, document: str, path: str) -> dict[str, str]:
    attributes = {}
    for name in _members(events, document, path):
        if name in ATTRIBUTES:
            attributes[name] = _text(events, document, f"{path}.{name}")
        else:
            _expect("string", events, document, f"{path}.{name}")
    return attributes


def _members(events: _Events, document: str, path: str, *required: str) -> Iterator[str]:
    """Names of an object's members, up to its end; the caller takes the value of each before it asks for the next."""
    _expect("start_map", events, document, path)
    seen: set[str] = set()
    for event, name in events:
        if event != "map_key":  # the end of the object
            break
        if name in seen:
            _fail(document, path, f"key {name!r} occurs twice in one object")
        seen.add(name)
        yield name
    for name in required:
        if name not in seen:
            _fail(document, path, f"no member {name!r}")


def _skip(events: _Events, document: str, path: str, depth: int = 0) -> None:
    """Pass over a value to its end; `depth` of its objects and arrays are open already."""
    for kind, _ in events:
        if kind in _OPEN:
            depth += 1
            if depth > _MAX_DEPTH:
                _fail(document, path, f"nested more than {_MAX_DEPTH} deep")
        elif kind in _CLOSE:
            depth -= 1
        if not depth:
            return


def _text(events: _Events, document: str, path: str) -> str:
    text = _expect("string", events, document, path)
    if not text.isprintable() or text != text.strip():
        _fail(document, path, f"printable text without outer blanks expected, found {text!r}")
    return text


def _expect(kind: str, events: _Events, document: str, path: str) -> str:
    """The value of the next event, which must be of this kind."""
    found, value = next(events)
    if found != kind:
        _fail(document, path, f"{_NAMES[kind]} expected, found {_NAMES.get(found, 'a number')}")
    return str(value)


def _events(document: Document) -> _Events:
    """The tokens of the document, to its last byte."""
    ijson = need("ijson", "scrape", "Reading the price list")
    tokens = ijson.sendable_list()
    parser = ijson.basic_parse_coro(tokens)
    position = last_token = 0
    try:
        with document.open() as stream:
            while position - last_token <= _MAX_SILENCE and (chunk := stream.read(_CHUNK)):
                position += len(chunk)
                parser.send(chunk)
                if tokens:
                    last_token = position
                    yield from tokens
                    tokens.clear()
        if position - last_token > _MAX_SILENCE:
            _fail(document.name, f"byte {last_token:,}", f"more than {_MAX_SILENCE:,} bytes without an end of a value")
        parser.close()  # an error where the document is not complete
        yield from tokens
    except (ijson.JSONError, ValueError, SystemError) as error:  # SystemError: a whole number beyond what int() takes
        what = str(error).removeprefix("b'").removeprefix('b"').partition("\n")[0].partition("\\n")[0]
        raise ScrapeError(
            document.name,
            f"not a JSON document ({what}, in the {_CHUNK:,} bytes before byte {position:,})",
            "Fetch it again; it may be cut off.",
        ) from error
    except OSError as error:
        raise ScrapeError(document.name, f"cannot be read ({error.strerror or error})", "Check the file.") from error


def _fail(document: str, path: str, what: str) -> NoReturn:
    raise ScrapeError(f"{document} at {path}", what, REMEDY)
