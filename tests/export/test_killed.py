"""An export that is killed leaves the old folder or the new one, whole, and the next export tidies up."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.export import export
from tests.dying import SUICIDE
from tests.export.test_export import content, verify

#: Exports, saying the number of each step as it begins; the third argument is not used.
CHILD = """
import sys
from pathlib import Path
from kb.export import export
export(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda number, total, title: print(number, flush=True))
"""
STEPS = 6


@dataclass(frozen=True)
class Worlds:
    """A folder with an export, the database of the next one, and what the folder holds before and after it."""

    folder: Path
    newer: Path
    old: dict[str, str]
    new: dict[str, str]


@pytest.fixture(scope="module")
def template(mini: Path, newer: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An export of the small world, and the content of one of the newer world."""
    folder = tmp_path_factory.mktemp("template")
    export(mini, folder / "old")
    return folder / "old", content(export(newer, folder / "new").folder)


@pytest.fixture
def worlds(template: tuple[Path, dict[str, str]], newer: Path, tmp_path: Path) -> Worlds:
    source, new = template
    shutil.copytree(source, tmp_path / "export")
    return Worlds(tmp_path / "export", newer, content(source), new)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8))
def test_killed_at_a_random_moment(worlds: Worlds, seed: int) -> None:
    """At each step, and a little later."""
    command = [sys.executable, "-c", CHILD, str(worlds.newer), str(worlds.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(int(line) == 1 + seed % STEPS for line in process.stdout)
        time.sleep(random.Random(seed).uniform(0, 0.03))
        process.kill()
        process.wait()
    if worlds.folder.exists():
        assert content(worlds.folder) in (worlds.old, worlds.new)
    export(worlds.newer, worlds.folder, ("sqlite",))
    assert content(worlds.folder) == worlds.new
    assert [path.name for path in worlds.folder.parent.iterdir()] == ["export"]


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        (("os", "fsync", "before", "1"), "old"),
        (("Path", "rename", "before", "1"), "old"),
        (("Path", "rename", "after", "1"), "nothing"),
        (("Path", "rename", "before", "2"), "nothing"),
        (("Path", "rename", "after", "2"), "new"),
    ],
)
def test_killed_while_folders_change_hands(worlds: Worlds, moment: tuple[str, ...], left: str) -> None:
    """Between the two renames there is no folder; the next export puts the old one back, even if it fails itself."""
    arguments = [sys.executable, "-c", SUICIDE + CHILD, str(worlds.newer), str(worlds.folder), "", *moment]
    assert subprocess.run(arguments, stdout=subprocess.DEVNULL, check=False).returncode == -signal.SIGKILL
    assert worlds.folder.exists() == (left != "nothing")
    expected = worlds.new if left == "new" else worlds.old
    if worlds.folder.exists():
        assert content(worlds.folder) == expected

    class Stop(Exception):
        pass

    def stop(number: int, total: int, title: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        export(worlds.newer, worlds.folder, progress=stop)
    assert content(worlds.folder) == expected
    assert verify(worlds.folder) == 0
    assert [path.name for path in worlds.folder.parent.iterdir()] == ["export"]
