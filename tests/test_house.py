"""The layers: every import runs down, and the rooms are the ones that CONTRIBUTING.md draws."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples import ROOT

#: The floors from the bottom up, each with its rooms.
FLOORS = (
    ("kb._version", "kb.errors"),
    ("kb.library", "kb.dataset"),
    ("kb.checks", "kb.export", "kb"),
    ("kb.pipeline", "kb.site", "kb.checker", "kb.policy"),
    ("scrapers",),
    ("kb.cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
#: Arrows between rooms of one floor.
LEVEL = {("kb.errors", "kb._version")}
SOURCES = sorted([*(ROOT / "kb").rglob("*.py"), *(ROOT / "scrapers").rglob("*.py")])


def room_of(module: str) -> str:
    parts = module.split(".")
    named = ".".join(parts[:2])
    return named if named in FLOOR else parts[0]


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Line and module of every import, those inside functions and for the type checker included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            assert node.module
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield node.lineno, whole if room_of(whole) != room_of(node.module) else node.module


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module_of(file)) for file in SOURCES}
    assert rooms == set(FLOOR)
    assert len(rooms) <= 14
    assert len(FLOORS) <= 6


@pytest.mark.parametrize("file", SOURCES, ids=module_of)
def test_imports_run_down(file: Path) -> None:
    here = room_of(module_of(file))
    for line, module in imports(file):
        there = room_of(module)
        if there not in FLOOR or there == here:
            continue
        is_down = FLOOR[there] < FLOOR[here] or (here, there) in LEVEL
        assert is_down, f"{file.relative_to(ROOT)}:{line}: {here} imports {module}, which is not below it"
        if (here, there) == ("scrapers", "kb.pipeline"):
            assert module == "kb.pipeline", f"{file}:{line}: the insides of the pipeline"


@pytest.mark.parametrize("file", sorted((ROOT / "kb" / "library").rglob("*.py")), ids=module_of)
def test_the_library_needs_the_standard_library_only(file: Path) -> None:
    for line, module in imports(file):
        top = module.partition(".")[0]
        assert top == "kb" or top in sys.stdlib_module_names, f"{file}:{line}: {module}"


@pytest.mark.parametrize("file", SOURCES, ids=module_of)
def test_a_file_is_short_and_says_what_it_is_for(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert ast.get_docstring(ast.parse(text)), f"{file}: no first line that says what it is for"


def test_the_folders_of_the_house_have_a_readme() -> None:
    folders = {file.parent for file in SOURCES if len(file.relative_to(ROOT).parts) in (2, 3)}
    without = sorted(str(each.relative_to(ROOT)) for each in folders if not (each / "README.md").is_file())
    assert not without, without
