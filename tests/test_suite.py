"""The suite itself: what takes long is run somewhere, and what is made once is made once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.effort import FULL, PROFILES, effort, examples
from tests.once import Once
from tests.workers import GROUPS, LONGEST, group_of

FOLDER = Path(__file__).parent
FILES = [path for path in FOLDER.rglob("test_*.py") if "corpus" not in path.parts]


def test_files_with_two_counts_are_run_again_in_soak() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if "import effort" in text or ", effort" in text:
            assert "mark.effort" in text or path == Path(__file__), path


def test_no_property_has_a_number_of_examples_of_its_own() -> None:
    for path in FILES:
        assert f"max_{'examples'}=" not in path.read_text(encoding="utf-8"), f"{path}: use tests.effort.examples"


def test_counts_follow_the_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FULL, raising=False)
    assert effort(3, 30) == 3
    monkeypatch.setenv(FULL, "1")
    assert effort(3, 30) == 30


@pytest.mark.parametrize(("profile", "counts"), [("dev", (10, 15, 5, 2)), ("soak", (100, 150, 25, 2))])
def test_examples_follow_the_profile(profile: str, counts: tuple[int, ...]) -> None:
    before = settings.get_current_profile_name()
    try:
        settings.load_profile(profile)
        assert tuple(examples(full).max_examples for full in (100, 150, 25, 2)) == counts
        assert examples().max_examples == settings().max_examples == PROFILES[profile]
    finally:
        settings.load_profile(before)


def test_what_is_shared_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    made: list[Path] = []

    def make(folder: Path) -> str:
        made.append(folder)
        (folder / "file").write_text("text")
        return str(folder)

    first, second = Once(tmp_path_factory), Once(tmp_path_factory)
    name = f"test-{id(made)}"
    assert first(name, make) == second(name, make) == str(made[0])
    assert len(made) == 1
    assert (made[0] / "file").read_text() == "text"


def test_what_could_not_be_made_is_tried_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    once, name = Once(tmp_path_factory), f"test-{id(tmp_path_factory)}-again"

    def fail(folder: Path) -> str:
        (folder / "half").touch()
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        once(name, fail)
    assert once(name, lambda folder: list(folder.iterdir())) == []


def test_groups() -> None:
    assert group_of("tests/tools/test_ddl.py::test_locations[s3://b]") == "spark"
    assert group_of("tests/browser/test_ways.py::test_a") == "browser"
    assert group_of("tests/queries/test_parser.py::test_a") == "tests/queries/test_parser.py"


def test_what_is_said_of_files_is_of_files_that_are_there() -> None:
    named = [place for places in GROUPS.values() for place in places] + [each for each in LONGEST if "/" in each]
    assert [place for place in named if not (FOLDER.parent / place).exists()] == []
    assert set(LONGEST) >= GROUPS.keys()


@pytest.mark.parametrize(
    "options",
    [
        ("-p", "no:xdist"),
        pytest.param(("-n0",), marks=pytest.mark.soak),
        pytest.param(("-n2",), marks=pytest.mark.soak),
    ],
    ids=" ".join,
)
def test_the_suite_runs_with_and_without_other_processes(options: tuple[str, ...]) -> None:
    """Without them even where pytest-xdist is not there at all."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, f"{__file__}::test_groups"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=FOLDER.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
