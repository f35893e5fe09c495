"""A build that is killed leaves the old database or the new one, whole, and the next build tidies up."""

from __future__ import annotations

import itertools
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

import kb
from kb.dataset.paths import data_dir
from kb.dataset.schema import TABLES
from kb.pipeline import BuildResult, build
from tests.dying import SUICIDE
from tests.effort import some
from tests.pipeline.mini import MiniData

#: Builds, saying the number of each step as it begins.
CHILD = """
import sys
from pathlib import Path
from kb.pipeline import build
data, database, snapshot = map(Path, sys.argv[1:4])
build(data, database, snapshot, lambda number, total, title: print(number, total, flush=True))
"""
MOMENTS = 56


@dataclass(frozen=True)
class State:
    """A database and snapshot that were published together."""

    database: Path
    snapshot: Path
    rows: dict[str, int]

    @classmethod
    def of(cls, result: BuildResult) -> State:
        assert result.snapshot is not None
        return cls(result.database, result.snapshot, result.rows)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The good database that is there before: the small world."""
    folder = tmp_path_factory.mktemp("old")
    data = MiniData(folder / "data").write()
    return State.of(build(data, folder / "kb.duckdb", folder / "snapshot.txt"))


@pytest.fixture(scope="module")
def new(built: BuildResult) -> State:
    """What the build would publish: the shipped data."""
    return State.of(built)


def rows_in(database: Path) -> dict[str, int]:
    connection = kb.connect(database)
    try:
        found = {table.name: connection.execute(f"SELECT count(*) FROM {table.name}").fetchone() for table in TABLES}
    finally:
        connection.close()
    return {name: row[0] for name, row in found.items() if row}


def put_old(folder: Path, old: State) -> None:
    shutil.copyfile(old.database, folder / "kb.duckdb")
    shutil.copyfile(old.snapshot, folder / "snapshot.txt")


def is_new(folder: Path, old: State, new: State) -> bool:
    """Require that the database is whole, one or the other, and no older than the snapshot; say which it is."""
    found = rows_in(folder / "kb.duckdb")
    assert found in (old.rows, new.rows)
    snapshot = (folder / "snapshot.txt").read_bytes()
    assert snapshot in (old.snapshot.read_bytes(), new.snapshot.read_bytes())
    if snapshot == new.snapshot.read_bytes():
        assert found == new.rows
    return found == new.rows


def command(script: str, folder: Path, *more: str) -> list[str]:
    files = (data_dir(), folder / "kb.duckdb", folder / "snapshot.txt")
    return [sys.executable, "-c", script, *map(str, files), *more]


def kill_at(folder: Path, step: int, delay: float) -> bool:
    """Start a build, wait for a step and a little longer, and kill it; say whether it was still running."""
    with subprocess.Popen(command(CHILD, folder), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line.split()[0]) == step:
                break
        time.sleep(delay)
        process.kill()
        return process.wait() == -signal.SIGKILL


def step_times(folder: Path) -> list[float]:
    """How long each step takes, in seconds, on an undisturbed build."""
    with subprocess.Popen(command(CHILD, folder), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        begun = [time.monotonic() for _ in process.stdout]
        assert process.wait() == 0
    return [later - earlier for earlier, later in itertools.pairwise([*begun, time.monotonic()])]


@pytest.mark.soak
def test_kill_at_random_moments(old: State, new: State, tmp_path: Path) -> None:
    chance = random.Random(20261101)
    times = step_times(tmp_path)
    steps = list(range(1, len(times) + 1))
    moments = [steps[n % len(steps)] for n in range(MOMENTS - 8)] + [len(steps)] * 8
    chance.shuffle(moments)

    def killer(number: int) -> list[tuple[bool, bool]]:
        folder = tmp_path / f"worker {number}"
        folder.mkdir()
        found = []
        for step in moments[number::2]:
            put_old(folder, old)
            was_running = kill_at(folder, step, chance.uniform(0, times[step - 1]))
            found.append((was_running, is_new(folder, old, new)))
            assert len(list(folder.glob(".kb*"))) <= 1, "each build removes what the killed one before it left"
        build(data_dir(), folder / "kb.duckdb", folder / "snapshot.txt")
        assert is_new(folder, old, new)
        assert {path.name for path in folder.iterdir()} == {"kb.duckdb", "snapshot.txt"}
        return found

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = [result for found in pool.map(killer, range(2)) for result in found]
    assert len(results) == MOMENTS
    assert sum(was_running for was_running, _ in results) >= 50
    assert any(not became_new for was_running, became_new in results if was_running)


@pytest.fixture(scope="module")
def variant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildResult]:
    """The small world with one type more, and what a build of it gives."""
    data = MiniData(tmp_path_factory.mktemp("variant") / "data")
    data.enum("2026-10-01", "TrainingType", "ml.m5.xlarge")
    data.capture("2026-10-01", "m5.xlarge", has_instance_store="false", hypervisor="nitro")
    return data.root, data.build()


#: Builds, and kills itself as a step begins.
CHILD_THAT_DIES = """
import os, signal, sys
from pathlib import Path
from kb.pipeline import build
data, database, snapshot = map(Path, sys.argv[1:4])
def tell(number, total, title):
    if title == sys.argv[4]:
        os.kill(os.getpid(), signal.SIGKILL)
build(data, database, snapshot, tell)
"""


def test_kill_at_the_begin_of_a_step(old: State, variant: tuple[Path, BuildResult], tmp_path: Path) -> None:
    """Each leaves the old files and a folder of its own, which the next build removes."""
    data, expected = variant
    put_old(tmp_path, old)
    files = (data, tmp_path / "kb.duckdb", tmp_path / "snapshot.txt")
    for title in ("reading inputs", "verdicts", "checking", "publishing"):
        arguments = [sys.executable, "-c", CHILD_THAT_DIES, *map(str, files), title]
        assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
        assert rows_in(tmp_path / "kb.duckdb") == old.rows
        assert (tmp_path / "snapshot.txt").read_bytes() == old.snapshot.read_bytes()
        assert len(list(tmp_path.glob(".*"))) == 1, "each build removes what the killed one before it left"
    assert build(*files).rows == expected.rows
    assert {path.name for path in tmp_path.iterdir()} == {"kb.duckdb", "snapshot.txt"}


@pytest.mark.parametrize(
    ("moment", "becomes_new"),
    some(
        [
            (("os", "fsync", "before", 1), False),
            (("Path", "replace", "before", 1), False),
            (("Path", "replace", "after", 1), True),
            (("os", "fsync", "before", 3), True),
            (("Path", "replace", "before", 2), True),
            (("Path", "replace", "after", 2), True),
        ],
        every=2,
    ),
)
def test_kill_while_publishing(
    old: State,
    variant: tuple[Path, BuildResult],
    tmp_path: Path,
    moment: tuple[str, str, str, int],
    becomes_new: bool,
) -> None:
    """The moments at which files change hands, hit exactly."""
    data, expected = variant
    put_old(tmp_path, old)
    files = (data, tmp_path / "kb.duckdb", tmp_path / "snapshot.txt")
    arguments = [sys.executable, "-c", SUICIDE + CHILD, *map(str, (*files, *moment))]
    assert subprocess.run(arguments, stdout=subprocess.DEVNULL, check=False).returncode == -signal.SIGKILL
    assert rows_in(tmp_path / "kb.duckdb") == (expected.rows if becomes_new else old.rows)
    after = build(*files)
    assert after.rows == expected.rows
    assert {path.name for path in tmp_path.iterdir()} == {"kb.duckdb", "snapshot.txt"}
