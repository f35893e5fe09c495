"""The database of the shipped data, and two ways to run the command: in this process, and in its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kb.cli.app import cli
from kb.pipeline import BuildResult

ROOT = Path(__file__).parents[2]

#: Runs the command as the installed script does, from whatever environment the tests run in.
_MAIN = "from kb.cli import main; main()"


#: Keeps the two streams apart; click before 8.2 does so only when told.
_OPTIONS: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
_RUNNER = CliRunner(**_OPTIONS)


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def database(built: BuildResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database built from the shipped data.

    A file of its own: commands lock the settings of what they open, and DuckDB shares those of one file in a process.
    """
    return Path(shutil.copy(built.database, tmp_path_factory.mktemp("cli") / "kb.duckdb"))


@pytest.fixture
def kb(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: object, stdin: str | None = None) -> Outcome:
        result = _RUNNER.invoke(cli, [str(a) for a in arguments], input=stdin, prog_name="kb")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def process() -> Run:
    """Runs the command in a process of its own; `before` is Python to run first there."""

    def run(*arguments: object, before: str = "", stdin: bytes = b"", **environment: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-c", f"{before}\n{_MAIN}", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env={**os.environ, **environment},
            cwd=ROOT,
            check=False,
            timeout=120,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
