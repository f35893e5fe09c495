"""Reads AWS's JSON strictly: every step checks the type and knows the path for the error message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from scrapers.base import Document, ScrapeError

_REMEDY = "Compare the document with the scraper; nothing was written."
_NAMES = {dict: "an object", list: "an array", str: "text", bool: "true or false", int: "a number", Decimal: "a number"}


def load(document: Document) -> Node:
    """Parse a JSON document.

    Raises:
        ScrapeError: Not UTF-8, truncated, a duplicate key, or anything else that is not JSON.
    """

    def reject(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")

    try:
        value = json.loads(
            document.content.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=reject,
            object_pairs_hook=_without_duplicates,
        )
    except (ValueError, RecursionError) as error:
        raise ScrapeError(
            document.name, f"not a JSON document ({error})", "Fetch it again; it may be cut off."
        ) from error
    return Node(value, document.name, "$")


def plain(number: int | Decimal) -> str:
    """A number as plain decimal text, without exponent and trailing zeros."""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"key {twice[0]!r} occurs twice in one object")
    return value


class Node:
    """A place in a JSON document."""

    __slots__ = ("document", "path", "value")

    def __init__(self, value: Any, document: str, path: str) -> None:
        self.value, self.document, self.path = value, document, path

    def fail(self, what: str) -> NoReturn:
        """Raise a ScrapeError that names this place."""
        raise ScrapeError(f"{self.document} at {self.path}", what, _REMEDY)

    def _expect(self, kind: type) -> Any:
        if type(self.value) is not kind:
            self.fail(f"{_NAMES[kind]} expected, found {_NAMES.get(type(self.value), 'null')}")
        return self.value

    def __getitem__(self, name: str) -> Node:
        """The member of this object, which must exist."""
        return self.optional(name) or self.fail(f"no member {name!r}")

    def optional(self, name: str) -> Node | None:
        """The member of this object, or None where it has none."""
        members = self._expect(dict)
        return Node(members[name], self.document, f"{self.path}.{name}") if name in members else None

    def members(self) -> Iterator[tuple[str, Node]]:
        """Names and values of this object."""
        for name, value in self._expect(dict).items():
            yield name, Node(value, self.document, f"{self.path}.{name}")

    def elements(self, *, may_be_empty: bool = False) -> list[Node]:
        """The elements of this array, at least one unless it may be empty."""
        values = self._expect(list)
        if not values and not may_be_empty:
            self.fail("an empty array")
        return [Node(value, self.document, f"{self.path}[{index}]") for index, value in enumerate(values)]

    def any_text(self) -> str:
        """Text of any kind, also empty."""
        return str(self._expect(str))

    def text(self) -> str:
        """Non-empty text of printable characters."""
        value = self.any_text()
        if not value or not value.isprintable() or value != value.strip():
            self.fail(f"printable text without outer blanks expected, found {value!r}")
        return value

    def one_of(self, *words: str) -> str:
        """One of a closed set of words."""
        value = self.text()
        if value not in words:
            self.fail(f"unknown value {value!r}; known: {', '.join(words)}")
        return value

    def texts(self) -> list[str]:
        """An array of different texts, at least one."""
        values = [element.text() for element in self.elements()]
        if len(set(values)) != len(values):
            self.fail("a value occurs twice")
        return values

    def boolean(self) -> str:
        """A boolean as `true` or `false`."""
        return "true" if self._expect(bool) else "false"

    def whole(self) -> int:
        """A whole number, zero or more."""
        self._expect(int)
        return int(self.number())

    def number(self) -> Decimal:
        """A number, zero or more."""
        value = Decimal(self.value if type(self.value) is Decimal else self._expect(int))
        if value < 0:
            self.fail(f"zero or more expected, found {value}")
        return value
