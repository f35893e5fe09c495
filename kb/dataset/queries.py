"""The SQL files that users run: ``queries/*.sql``, the same for DuckDB, SQLite, Spark and every front end.

A file begins with comment lines that say what it answers and which parameters it takes::

    -- title: Can I use my key?
    -- description: What happens to a customer KMS key for one type in one workload.
    -- param type (text, default ml.g5.xlarge): instance type
    SELECT outcome FROM kms_verdicts WHERE instance_type = $type

Every parameter has a default, so that a query always runs; ``queries/README.md`` has the rules for the SQL.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Any

from kb.dataset.database import Connection
from kb.errors import InputError, KBError

_HEADER = re.compile(r"-- (title|description): *(.*\S)")
_PARAMETER = re.compile(r"-- param +([a-z][a-z0-9_]*) +\((text|integer|date)(?:, *default +([^)]*))?\): *(.*\S)")
_RELATIVE = re.compile(r"today|([0-9]{1,6}) days? ago", re.IGNORECASE)
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: What may hold a dollar sign without naming a parameter (strings, quoted names, comments), or a parameter.
_TOKENS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\$([A-Za-z_][A-Za-z0-9_]*)")


class UnknownQuery(KBError, LookupError):
    """There is no query of that name. The message lists the queries."""


class ParameterError(KBError, ValueError):
    """There is no such parameter, or a value is not of the parameter's type."""


class Engine(StrEnum):
    """What runs a query."""

    DUCKDB = "duckdb"
    """Names parameters ``$name``, as the files do."""
    SQLITE = "sqlite"
    """Names parameters ``:name``."""
    SPARK = "spark"
    """Spark SQL; names parameters ``:name``."""


class ParameterType(StrEnum):
    """What the values of a parameter are."""

    TEXT = "text"
    """Any text."""
    INTEGER = "integer"
    """A whole number."""
    DATE = "date"
    """A day such as 2026-06-10, ``today`` or ``90 days ago`` (in UTC), passed to the database as ISO text."""


_WRONG = {
    ParameterType.TEXT: "has characters that are not text",
    ParameterType.INTEGER: "is not a whole number",
    ParameterType.DATE: "is not a date such as 2026-06-10, 'today' or '90 days ago'",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query, ``$name`` in its SQL.

    Attributes:
        name: Name.
        type: What its values are.
        default: Value if none is given; for a date relative to today its text, such as ``90 days ago``.
        meaning: What it means, in a few words.
    """

    name: str
    type: ParameterType
    default: str | int
    meaning: str

    def read(self, text: str) -> str | int:
        """Read a value from text; a date relative to today becomes that day.

        Raises:
            ParameterError: the text is not a value of the parameter's type.
        """
        if self.type is ParameterType.INTEGER and _INTEGER.fullmatch(text.strip()):
            return int(text)
        if self.type is ParameterType.DATE:
            with suppress(ValueError, OverflowError):
                return _read_date(text.strip()).isoformat()
        if self.type is ParameterType.TEXT and text.isprintable():
            return text
        raise ParameterError(f"parameter {self.name}: {text[:60]!r} {_WRONG[self.type]}")


@dataclass(frozen=True)
class Query:
    """One query.

    Attributes:
        name: Name of the file without ``.sql``.
        title: The question it answers.
        description: What the answer holds.
        parameters: Parameters, in the order of the file.
        sql: The statement, with ``$name`` for parameters.
        path: The file.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    sql: str
    path: Path

    def sql_for(self, engine: str) -> str:
        """Return the statement for an engine. The values from `bind` suit all engines.

        Except for DuckDB, a whole number may also be passed as text, as a web form does.

        Args:
            engine: One of `Engine`.

        Raises:
            ValueError: there is no such engine.
        """
        if Engine(engine) is Engine.DUCKDB:
            return self.sql
        integers = {p.name for p in self.parameters if p.type is ParameterType.INTEGER}

        def renamed(token: re.Match[str]) -> str:
            name = token[1]
            if name is None:
                return token[0]
            return f"CAST(:{name} AS INTEGER)" if name in integers else f":{name}"

        return _TOKENS.sub(renamed, self.sql)

    def bind(self, values: Mapping[str, str]) -> dict[str, str | int]:
        """Return a value for every parameter, from the texts given and the defaults.

        Raises:
            ParameterError: there is no such parameter, or a value is not of its type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                has = f"its parameters are: {', '.join(known)}" if known else "it has none"
                raise ParameterError(f"query {self.name} has no parameter {name!r}; {has}")
        return {name: p.read(values.get(name, str(p.default))) for name, p in known.items()}


@dataclass(frozen=True)
class Result:
    """The result of a query: names of the columns, and the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def load(folder: Path) -> dict[str, Query]:
    """Read every query of a folder, by name.

    Raises:
        InputError: a file is not in the required form; names file and line.
    """
    return {path.stem: read(path) for path in sorted(folder.glob("*.sql"))}


def find(folder: Path, name: str) -> Query:
    """Read one query.

    Raises:
        UnknownQuery: there is no query of that name. The message lists the queries.
        InputError: its file is not in the required form.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.sql"))}
    if name not in files:
        raise UnknownQuery(f"unknown query {name[:60]!r}; the queries are: {', '.join(files) or 'none'}")
    return read(files[name])


def read(path: Path) -> Query:
    """Read the query in a file.

    Raises:
        InputError: the file is not in the required form; names file and line.
    """
    if not _NAME.fullmatch(path.stem):
        raise InputError(path, 0, "the name must be lower-case words joined by hyphens")
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(path, 0, f"not UTF-8 at byte {error.start}") from error
    texts: dict[str, str] = {}
    parameters: dict[str, tuple[int, Parameter]] = {}
    start = sum(1 for _ in takewhile(lambda line: line.startswith("--"), lines))
    for number, line in enumerate(lines[:start], 1):
        if line.startswith("-- param"):
            parameter = _parameter(path, number, line)
            if parameter.name in parameters:
                raise InputError(path, number, f"a second parameter {parameter.name}")
            parameters[parameter.name] = (number, parameter)
            continue
        found = _HEADER.fullmatch(line.rstrip())
        if found is None:
            raise InputError(path, number, "not one of '-- title: ...', '-- description: ...', '-- param ...'")
        if found[1] in texts:
            raise InputError(path, number, f"a second {found[1]}")
        texts[found[1]] = found[2]
    for required in ("title", "description"):
        if required not in texts:
            raise InputError(path, 1, f"no line '-- {required}: ...'")
    sql = "\n".join(lines[start:]).strip().removesuffix(";").rstrip()
    if not sql:
        raise InputError(path, len(lines), "no SQL after the comment lines")
    _check_parameters(path, lines, start, {name: line for name, (line, _) in parameters.items()})
    return Query(
        name=path.stem,
        title=texts["title"],
        description=texts["description"],
        parameters=tuple(parameter for _, parameter in parameters.values()),
        sql=sql,
        path=path,
    )


def run(connection: Connection | sqlite3.Connection, query: Query, values: Mapping[str, str]) -> Result:
    """Run a query.

    Args:
        connection: Of duckdb or sqlite3, to a built database.
        query: The query.
        values: Texts for parameters, by name; the others have their default.

    Raises:
        ParameterError: there is no such parameter, or a value is not of its type.
    """
    bound = query.bind(values)
    cursor = connection.execute(query.sql, bound or ())
    columns = tuple(column[0] for column in cursor.description)
    return Result(columns, tuple(tuple(row) for row in cursor.fetchall()))


def _parameter(path: Path, number: int, line: str) -> Parameter:
    found = _PARAMETER.fullmatch(line.rstrip())
    if found is None:
        raise InputError(path, number, "not '-- param NAME (text|integer|date, default VALUE): meaning'")
    name, kind, default, meaning = found.groups()
    if default is None:
        raise InputError(path, number, f"parameter {name} has no default")
    default = default.strip()
    parameter = Parameter(name, ParameterType(kind), default, meaning)
    try:
        value = parameter.read(default)
    except ParameterError as error:
        raise InputError(path, number, f"default of {error}") from error
    is_relative = parameter.type is ParameterType.DATE and _RELATIVE.fullmatch(default)
    return parameter if is_relative else replace(parameter, default=value)


def _check_parameters(path: Path, lines: list[str], start: int, declared: Mapping[str, int]) -> None:
    text = "\n".join(lines[start:])
    named = (token for token in _TOKENS.finditer(text) if token[1])
    used = {token[1]: start + 1 + text.count("\n", 0, token.start()) for token in named}
    for name, number in used.items():
        if name not in declared:
            raise InputError(path, number, f"unknown parameter ${name}; add a line '-- param {name} (...): ...'")
    for name, number in declared.items():
        if name not in used:
            raise InputError(path, number, f"parameter {name} is not used in the SQL")


def _read_date(text: str) -> date:
    if relative := _RELATIVE.fullmatch(text):
        return datetime.now(UTC).date() - timedelta(days=int(relative[1] or 0))
    return date.fromisoformat(text.replace(".", "-"))
