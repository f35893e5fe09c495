"""What README.md shows is what happens."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kb.dataset.paths import checkout
from kb.pipeline import BuildResult

ROOT = checkout() or Path()
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
EXAMPLES = [part for block in BLOCKS for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE) if part]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.partition("\n")[0][2:60])
def test_a_command_prints_what_is_shown(example: str, built: BuildResult) -> None:
    command, _, shown = example.partition("\n")
    environment = os.environ | {
        "KB_DATABASE": str(built.database),
        "COLUMNS": "110",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(command[2:], shell=True, check=True, capture_output=True, text=True, env=environment)
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown.rstrip("\n").splitlines()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


def test_the_python_sessions() -> None:
    sources = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(sources) == 2
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for source in sources:
        runner.run(doctest.DocTestParser().get_doctest(source, {}, "README.md", "README.md", 0))
    assert runner.summarize().attempted > 10
    assert runner.summarize().failed == 0


def test_the_two_commands_are_what_ci_runs() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f"\n{command}\n" in script for command in commands)


def test_the_docstring_of_the_package() -> None:
    import kb

    assert doctest.testmod(kb).failed == 0
    assert doctest.testmod(kb).attempted > 0


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_table_is_named() -> None:
    from kb.dataset.schema import TABLES

    assert {table.name for table in TABLES} <= set(re.findall(r"`(\w+)`", README))
