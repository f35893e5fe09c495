"""Reads files, within limits, into documents that know on which line each part stands.

JSON needs the standard library only. YAML is read with cfn-lint's decoder, which knows CloudFormation's short forms.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from json import decoder as json_decoder
from pathlib import Path as FilePath
from typing import Any

from kb.checker.model import Document, Path
from kb.errors import KBError, need

#: Files larger than this are not read.
MAXIMUM_BYTES = 32 * 2**20
#: YAML and HCL larger than this are not read: their parsers take a hundred times the memory.
MAXIMUM_SOURCE_BYTES = 4 * 2**20

#: Reads a JSON string from the offset behind its opening quote; returns it, and the offset behind its closing one.
_read_string: Callable[[str, int, bool], tuple[str, int]] = json_decoder.scanstring  # type: ignore[attr-defined]
_SPACE = re.compile(r"[ \t\n\r]*")


class Unreadable(KBError):
    """A file cannot be read as what it should be.

    Attributes:
        line: Where the trouble is, from 1.
    """

    def __init__(self, problem: str, line: int = 1) -> None:
        self.line = line
        super().__init__(problem)


class NoFile(Unreadable):
    """A file is missing, or no regular file."""


class SeveralDocuments(Unreadable):
    """A YAML file holds several documents; no format that is read here does."""


def read_bytes(path: FilePath) -> bytes:
    """Read a file, as far as its size is allowed and one byte more.

    Raises:
        NoFile: it is missing, or no regular file.
        Unreadable: it cannot be read.
    """
    try:
        if not path.is_file():
            raise NoFile("no such file" if not path.exists() else "not a regular file")
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from error


def decode(content: bytes) -> str:
    """Decode the content of a file.

    Raises:
        Unreadable: it is too large, or not UTF-8 text (UTF-16 with a mark is text too).
    """
    if len(content) > MAXIMUM_BYTES:
        raise Unreadable(f"larger than {MAXIMUM_BYTES // 2**20} MB, so it was not read")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 text (byte {error.start} is invalid)") from error
    if "\0" in text:
        raise Unreadable("not text: it contains zero bytes")
    return text


class JsonDocument:
    """A JSON text, parsed; lines are looked for when they are asked for."""

    def __init__(self, text: str) -> None:
        """Parse `text`.

        Raises:
            Unreadable: it is no JSON, or nested too deeply.
        """
        self._text = text
        try:
            self.data = json.loads(text)
        except RecursionError:
            raise Unreadable("not read: the JSON is nested too deeply") from None
        except ValueError as error:
            raise Unreadable(f"not valid JSON: {getattr(error, 'msg', error)}", getattr(error, "lineno", 1)) from error
        #: Members of the structures and lists that were asked about, by place: where each begins, and its value.
        self._parts: dict[Path, dict[str | int, tuple[int, int]]] = {}
        self._decoder = json.JSONDecoder()

    def line(self, path: Path) -> int:
        """Line of the longest part of `path` that there is."""
        begin, value = 0, self._skip(0)
        for length, step in enumerate(path):
            above = path[:length]
            if above not in self._parts:
                self._parts[above] = dict(self._read_parts(value))
            if step not in self._parts[above]:
                break
            begin, value = self._parts[above][step]
        return bisect_right(self._breaks, begin) + 1

    @functools.cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self._text)]

    def _read_parts(self, offset: int) -> Iterator[tuple[str | int, tuple[int, int]]]:
        """Where the members of a structure begin (at their names), or the elements of a list, and their values."""
        kind = self._text[offset]
        if kind not in "{[":
            return
        offset, number = self._skip(offset + 1), 0
        while self._text[offset] not in "}]":
            begin = offset
            key: str | int = number
            if kind == "{":
                key, offset = _read_string(self._text, offset + 1, False)
                offset = self._skip(self._skip(offset) + 1)
            yield key, (begin, offset)
            try:
                _, offset = self._decoder.raw_decode(self._text, offset)
            except RecursionError:  # nested almost as deeply as could be read
                return
            offset = self._skip(offset)
            if self._text[offset] == ",":
                offset = self._skip(offset + 1)
            number += 1

    def _skip(self, offset: int) -> int:
        match = _SPACE.match(self._text, offset)
        return match.end() if match else offset


class Marked:
    """Parsed data of cfn-lint whose names and structures carry their place."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def line(self, path: Path) -> int:
        """Line of the longest part of `path` that there is."""
        data = self.data
        mark = getattr(data, "start_mark", None)
        for step in path:
            names = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
            name = next((name for name in names if name == step), None)
            if name is None:
                break
            data = data[name]
            mark = getattr(name, "start_mark", None) or getattr(data, "start_mark", None) or mark
        return 1 if mark is None else int(mark.line) + 1


def parsed(text: str, kind: str, package: str, function: str, feature: str) -> Any:
    """Parse a text with a package that comes with the extra ``check``.

    Args:
        text: The text.
        kind: What it should be, for messages.
        package: Name of the module.
        function: Its function that parses a text.
        feature: What needs the package, as the beginning of a sentence.

    Raises:
        Unreadable: the text is not of that kind, too large, or nested too deeply.
        MissingExtraError: the package is not installed.
    """
    if len(text) > MAXIMUM_SOURCE_BYTES:
        raise Unreadable(f"{kind} larger than {MAXIMUM_SOURCE_BYTES // 2**20} MB, so it was not read")
    parse = getattr(need(package, "check", feature), function)
    try:
        return parse(text)
    except RecursionError:
        raise Unreadable(f"not read: the {kind} is nested too deeply") from None
    except Exception as error:  # the errors of these parsers have no base in common
        line = getattr(error, "line", 1)
        is_line = isinstance(line, int) and line > 0
        raise Unreadable(f"not valid {kind}: {_first_line(error)}", line if is_line else 1) from error


def parse_yaml(text: str) -> Marked:
    """Parse a YAML text with cfn-lint.

    Raises:
        SeveralDocuments: it holds more than one.
        Unreadable: it is no YAML, or grows too large when its aliases are resolved.
        MissingExtraError: cfn-lint is not installed.
    """
    logging.getLogger("cfnlint").setLevel(logging.CRITICAL)
    data, matches = parsed(text, "YAML", "cfnlint.decode", "decode_str", "Reading YAML")
    if matches:
        problem = _first_line(matches[0].message)
        kind = SeveralDocuments if "expected a single document" in problem else Unreadable
        raise kind(f"not valid YAML: {problem}", max(matches[0].linenumber, 1))
    return Marked(data)


class Embedded:
    """A document inside a string of another one."""

    def __init__(self, inner: JsonDocument, outer: Document, path: Path, *, follows_lines: bool) -> None:
        """Place `inner` at `path` of `outer`.

        Args:
            inner: The document inside.
            outer: The document around it.
            path: Place of the string.
            follows_lines: The string is written out line by line below its name, as a block of YAML is.
        """
        self._inner, self._outer, self._path, self._follows = inner, outer, path, follows_lines
        self.data = inner.data

    def line(self, path: Path) -> int:
        """Line in the outer document."""
        first = self._outer.line(self._path)
        return first + self._inner.line(path) if self._follows else first


def reached(data: Any, path: Path, *steps: str) -> Iterator[tuple[Any, Path]]:
    """Yield what stands at the end of some steps, with its place; nothing where it is not there, or of another kind.

    Args:
        data: Where the steps begin.
        path: Its place.
        steps: Names of members; ``*`` for every member of a structure, ``[]`` for every element of a list.
    """
    if not steps:
        yield data, path
        return
    step, *rest = steps
    found: Iterable[tuple[Any, Any]] = ()
    if step == "[]":
        found = enumerate(data) if isinstance(data, list) else ()
    elif isinstance(data, dict):
        found = data.items() if step == "*" else [(step, data[step])] if step in data else ()
    for name, part in found:
        yield from reached(part, (*path, name), *rest)


def short(text: str) -> str:
    """Shorten what a message quotes."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _first_line(problem: object) -> str:
    return str(problem).strip().split("\n", 1)[0][:200]
