"""The examples in README.md and RECIPES.md: finds the marked ones, runs them, and says what they print today.

What depends on the data stands between `<!-- generated -->` and `<!-- /generated -->`: a fenced block of commands,
Python or SQL with what it prints, or a few words, named by what makes them (`<!-- generated: releases -->`).
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from kb.dataset.logs import read_scrapes
from kb.dataset.paths import checkout, data_dir
from kb.dataset.schema import TABLES

ROOT = checkout() or Path()
#: The files that hold examples.
FILES = (ROOT / "README.md", ROOT / "kb" / "export" / "RECIPES.md")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_MARKED = re.compile(r"(<!-- generated(?:: ([a-z-]+))? -->)(.*?)(<!-- /generated -->)", re.DOTALL)
_FENCED = re.compile(r"\n```(console|python|sql)\n(.*?)```\n", re.DOTALL)
_PACKAGES = ("sagemaker_api", "ec2_api_capture", "region_lists")


class ExampleError(Exception):
    """A marked part cannot be run; says which command failed, and how."""


@dataclass(frozen=True)
class Block:
    """A marked part of a file.

    Attributes:
        file: The file.
        line: Line on which the part begins, from 1.
        kind: ``console``, ``python`` or ``sql``; else the name of what makes the text.
        text: What stands there.
    """

    file: Path
    line: int
    kind: str
    text: str

    @property
    def title(self) -> str:
        """A short name for reports."""
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return f"{self.file.name}:{self.line} {self.kind} {first[:50]}"


@dataclass(frozen=True)
class Place:
    """A folder with a built database and its export, and the environment in which commands know of them."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Place:
        """Name the files of a folder, which need not be there yet."""
        data = folder / "data"
        places = {"COLUMNS": "110", "KB_DATABASE": str(data / "kb.duckdb"), "KB_EXPORT": str(data / "export")}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return cls(folder, {**os.environ, **places, "PATH": programs})

    @property
    def database(self) -> Path:
        return self.folder / "data" / "kb.duckdb"

    @property
    def sqlite(self) -> Path:
        return self.folder / "data" / "export" / "kb.sqlite"

    def parquet(self, table: str) -> Path:
        return self.folder / "data" / "export" / "parquet" / f"{table}.parquet"

    def run(self, *command: str) -> str:
        """Run a program here and return what it prints."""
        done = subprocess.run(
            command, cwd=self.folder, env=dict(self.environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ExampleError(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Be here, with the environment, in this process."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            with contextlib.chdir(self.folder):
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def fenced(file: Path) -> list[Block]:
    """Return every fenced block of a file, marked or not."""
    text = file.read_text(encoding="utf-8")
    return [Block(file, text.count("\n", 0, found.start(2)) + 1, found[1], found[2]) for found in _FENCE.finditer(text)]


def blocks(file: Path) -> list[Block]:
    """Return the marked parts of a file."""
    text = file.read_text(encoding="utf-8")
    return [_block(file, text, found) for found in _MARKED.finditer(text)]


def rewritten(file: Path, place: Place) -> tuple[str, list[Block]]:
    """Return the text of a file with every marked part as it is today, and the parts that differ."""
    text = file.read_text(encoding="utf-8")
    different: list[Block] = []

    def replaced(found: re.Match[str]) -> str:
        block = _block(file, text, found)
        now = today(block, place)
        if now == block.text:
            return found[0]
        different.append(block)
        return found[1] + (found[3].replace(block.text, now) if block.text else now) + found[4]

    return _MARKED.sub(replaced, text), different


def today(block: Block, place: Place) -> str:
    """Run a block and return its text with what is printed today.

    Raises:
        ExampleError: a command fails, or nothing makes text of this name.
    """
    if block.kind not in _KINDS:
        raise ExampleError(f"{block.file}:{block.line}: neither a fenced block nor one of: {', '.join(_KINDS)}")
    return _KINDS[block.kind](block.text, place)


def _block(file: Path, text: str, found: re.Match[str]) -> Block:
    fenced = _FENCED.fullmatch(found[3])
    kind, inner = (fenced[1], fenced[2]) if fenced else (found[2] or "", found[3])
    line = text.count("\n", 0, found.start(3)) + (3 if fenced else 1)
    return Block(file, line, kind, inner)


def _console(text: str, place: Place) -> str:
    made = []
    for example in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command = example.partition("\n")[0]
        printed = place.run("bash", "-ec", command)
        made.append(f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in printed.splitlines()))
    return "".join(made)


def _python(text: str, place: Place) -> str:
    """Run a session; what is shown stays where it still matches (it may have `...` for what changes)."""
    lines = text.splitlines(keepends=True)
    made: list[str] = []
    at = 0
    names: dict[str, Any] = {"__name__": "__main__"}
    checker = doctest.OutputChecker()
    for example in doctest.DocTestParser().get_examples(text):
        first = example.lineno + example.source.count("\n")
        made += lines[at:first]
        at = first + example.want.count("\n")
        with place.entered():
            printed = _printed(example.source, names)
        is_shown = checker.check_output(example.want, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        made.append("".join(lines[first:at]) if is_shown else printed.replace("\n\n", "\n<BLANKLINE>\n"))
    return "".join([*made, *lines[at:]])


def _printed(source: str, names: dict[str, Any]) -> str:
    """Run a statement as the interpreter does at its prompt, and return what appears."""
    printed = io.StringIO()
    hook, sys.displayhook = sys.displayhook, sys.__displayhook__
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(source, "<example>", "single", dont_inherit=True), names)
    except Exception as error:
        said = "".join(traceback.format_exception_only(error))
        printed.write(f"Traceback (most recent call last):\n{said}")
    finally:
        sys.displayhook = hook
    return printed.getvalue()


def _sql(text: str, place: Place) -> str:
    """Answer a statement for Athena and Trino, neither of which runs here, from the same files with DuckDB."""
    with duckdb.connect() as connection:
        for each in TABLES:
            connection.read_parquet(str(place.parquet(each.name))).create_view(each.name)
        rows = [[str(value) for value in row] for row in connection.execute(text).fetchall()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    statement = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("-- "))
    shown = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return statement + "".join(f"-- {line.rstrip()}\n" for line in shown)


def _releases(_text: str, _place: Place) -> str:
    """Name the newest release of each package that was read."""
    newest = {scrape.source: scrape for scrape in read_scrapes(data_dir() / "scrapes.csv")}
    said = [f"{newest[name].origin} ({newest[name].observed_on})" for name in _PACKAGES]
    return f"{', '.join(said[:-1])} and {said[-1]}"


def _sdk_errors(_text: str, place: Place) -> str:
    """Count the types for which the SDK's rule on names is wrong."""
    return str(len(place.run("kb", "query", "sdk-name-rule-errors", "--csv").splitlines()) - 1)


_KINDS: Mapping[str, Callable[[str, Place], str]] = {
    "console": _console,
    "python": _python,
    "sql": _sql,
    "releases": _releases,
    "sdk-errors": _sdk_errors,
}
