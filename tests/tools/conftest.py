"""A folder as the first commands of RECIPES.md leave it, so that every path there leads somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import kb.export
from kb.export import ExportResult
from kb.pipeline import BuildResult

RECIPES = Path(kb.export.__file__).with_name("RECIPES.md")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind, its text, and the line on which the text begins."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Place:
    """A folder with a built database and its export, and the environment in which commands know of them."""

    folder: Path
    environment: Mapping[str, str]

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
        assert done.returncode == 0, done.stderr
        return done.stdout


def blocks() -> list[Block]:
    text = RECIPES.read_text(encoding="utf-8")
    return [Block(found[1], found[2], text.count("\n", 0, found.start(2)) + 1) for found in _BLOCK.finditer(text)]


def place_in(folder: Path) -> Place:
    """A place without a database yet."""
    data = folder / "data"
    environment = {
        **os.environ,
        "COLUMNS": "110",
        "KB_DATABASE": str(data / "kb.duckdb"),
        "KB_EXPORT": str(data / "export"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    return Place(folder, environment)


@pytest.fixture(scope="session")
def place(built: BuildResult, exports: ExportResult, tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = place_in(tmp_path_factory.mktemp("tools"))
    shutil.copytree(exports.folder, made.folder / "data" / "export")
    shutil.copyfile(built.database, made.database)
    return made


@pytest.fixture(scope="session")
def sqlite3_program() -> str:
    """The program sqlite3, which no Python package brings along."""
    found = shutil.which("sqlite3")
    if found:
        return found
    reason = "the program sqlite3 is not there; install the package sqlite3 of your system"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
