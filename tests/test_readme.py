"""What README.md shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from kb.dataset.schema import TABLES
from tests.examples import FILES, ROOT, Block, Place, blocks, fenced, today

README = FILES[0].read_text(encoding="utf-8")
EXAMPLES = blocks(FILES[0])


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.title)
def test_what_is_shown_is_what_is_printed(block: Block, place: Place) -> None:
    assert today(block, place) == block.text, "run `python -m tests.generate`"


def test_everything_that_shows_output_is_marked() -> None:
    assert len(EXAMPLES) >= 8
    shown = {block.text for block in fenced(FILES[0]) if block.kind in ("console", "python")}
    assert shown <= {block.text for block in EXAMPLES}


def test_it_is_short_and_begins_with_the_answer_and_the_two_commands() -> None:
    assert len(README.split()) <= 2200
    first = "\n".join(README.splitlines()[:40])
    assert "kb lookup" in first
    assert len(re.findall(r"^python3 -m venv .*$", first, re.MULTILINE)) == 2


def test_the_two_commands_are_what_ci_runs() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f"\n{command}\n" in script for command in commands)


def test_the_docstring_of_the_package() -> None:
    import kb

    assert doctest.testmod(kb).failed == 0
    assert doctest.testmod(kb).attempted > 0


@pytest.mark.parametrize("file", [*FILES, *sorted((ROOT / ".github").glob("*.md"))], ids=lambda file: file.name)
def test_links_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target


def test_every_table_is_named() -> None:
    assert {table.name for table in TABLES} <= set(re.findall(r"`(\w+)`", README))
