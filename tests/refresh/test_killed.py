"""A refresh that is killed leaves every log as it was, or every log as it is to be, and the next one carries on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.dataset.files import JOURNAL, finish_replacing
from kb.dataset.paths import checkout
from kb.pipeline import build, inputs
from tests.effort import some
from tests.pipeline.mini import MiniData

#: Refreshes the small world with something new in every log, saying what it does as it goes.
CHILD = """
import sys
from pathlib import Path
import scrapers
from scrapers.refresh import Job, refresh
from scrapers.base import Request
from tests.refresh.fakes import Fake, add_type
data, database, snapshot, logs = map(Path, sys.argv[1:5])
fakes = {name: Fake.of(logs, name) for name in ("sagemaker_api", "region_lists", "ec2_api_capture")}
fakes["sagemaker_api"].show("TrainingType", "ml.m5.xlarge")
fakes["region_lists"].show("hosting", "eu-west-1", "ml.m5.xlarge")
add_type(fakes["ec2_api_capture"], "m5.xlarge", has_instance_store="false", instance_store_gb="0", hypervisor="nitro")
scrapers.SCRAPERS.clear()
scrapers.SCRAPERS.update(fakes)
refresh(Job(data, database, snapshot), Request(), tell)
"""
ALOUD = "def tell(text): print(text, flush=True)\n"
#: Does not build but takes the database that another refresh made of the same, for moments after that.
TAKING = """
import shutil, sys
from pathlib import Path
from kb.pipeline import reuse
from scrapers.refresh import runner
def build(data_dir, database, *, gate):
    shutil.copyfile(sys.argv[-1], database)
    return reuse(data_dir, database)
runner.build = build
"""
#: The same, but it kills itself just before or after the nth call of a function once the logs are being written.
SUICIDE = """
import os, signal, sys
from pathlib import Path
owner = {"Path": Path, "os": os}[sys.argv[5]]
name, when, left, armed = sys.argv[6], sys.argv[7], int(sys.argv[8]), False
original = getattr(owner, name)
def tell(text):
    global armed
    armed = armed or text == "writing the logs"
def replacement(*values):
    global left
    left -= armed
    if armed and left == 0 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*values)
    if armed and left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, name, replacement)
"""
#: Kills at random moments of each stage, besides those at exact ones.
RANDOM_KILLS = 26
ROOT = checkout() or Path()


@dataclass(frozen=True)
class World:
    """The small world before and after the refresh: every log and scrapes.csv by path."""

    folder: Path
    old: dict[Path, bytes]
    new: dict[Path, bytes]
    database: Path
    snapshot: Path
    new_database: Path

    def put(self, folder: Path) -> None:
        """Make a folder with the world as it was."""
        MiniData(folder / "data").write()
        for source in (self.database, self.snapshot):
            (folder / source.name).write_bytes(source.read_bytes())


def logs(data: Path) -> dict[Path, bytes]:
    found = [path for path in data.glob("observations/*.csv") if not path.name.startswith(".")]
    return {path.relative_to(data): path.read_bytes() for path in [*found, data / "scrapes.csv"]}


def command(script: str, world: World, folder: Path, *more: object) -> list[str]:
    files = (folder / "data", folder / "kb.duckdb", folder / "snapshot.txt", world.folder / "data")
    return [sys.executable, "-c", script + CHILD, *map(str, (*files, *more))]


def at(folder: Path) -> dict[str, Any]:
    """Where a refresh runs; what a killed one leaves in its temporary folder goes away with the test."""
    scratch = folder.parent / f"{folder.name} scratch"
    scratch.mkdir(exist_ok=True)
    return {"cwd": ROOT, "env": os.environ | {"TMPDIR": str(scratch)}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, list[tuple[str, float]]]:
    """The world, and the stages of an undisturbed refresh with how long each took, in seconds."""
    folder = tmp_path_factory.mktemp("world")
    data = MiniData(folder / "data").write()
    built = build(data, folder / "kb.duckdb", folder / "snapshot.txt")
    assert built.snapshot
    old = World(folder, logs(data), {}, built.database, built.snapshot, folder / "after" / "kb.duckdb")
    after = folder / "after"
    after.mkdir()
    old.put(after)
    stages: list[tuple[str, float]] = []
    with subprocess.Popen(command(ALOUD, old, after), stdout=subprocess.PIPE, text=True, **at(folder)) as process:
        assert process.stdout is not None
        begun = [(line.strip(), time.monotonic()) for line in process.stdout]
        assert process.wait() == 0
    ends = [when for _, when in begun[1:]] + [time.monotonic()]
    stages = [(text, end - start) for (text, start), end in zip(begun, ends, strict=True)]
    return replace(old, new=logs(after / "data")), stages


def kill_in(world: World, folder: Path, stage: str, delay: float) -> bool:
    """Start a refresh, wait for a stage and a little longer, and kill it; say whether it was still running."""
    with subprocess.Popen(command(ALOUD, world, folder), stdout=subprocess.PIPE, text=True, **at(folder)) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == stage:
                break
        time.sleep(delay)
        process.kill()
        return process.wait() == -signal.SIGKILL


def is_new(world: World, folder: Path) -> bool:
    """Require that all logs are old or all new, that the strict readers take them, and that the database is whole."""
    data = folder / "data"
    finish_replacing(data)
    inputs.check(data)
    found = logs(data)
    assert found in (world.old, world.new)
    assert not (data / JOURNAL).exists()
    with kb.connect(folder / "kb.duckdb") as connection:
        assert connection.execute("SELECT count(*) FROM instance_types").fetchone() in ((7,), (8,))
    return found == world.new


def carry_on(world: World, folder: Path) -> None:
    """The next refresh brings everything to its end, and tidies up."""
    subprocess.run(command(ALOUD, world, folder), stdout=subprocess.DEVNULL, check=True, **at(folder))
    assert is_new(world, folder)
    with kb.connect(folder / "kb.duckdb") as connection:
        assert connection.execute("SELECT count(*) FROM instance_types").fetchone() == (8,)
    assert "ml.m5.xlarge" in (folder / "snapshot.txt").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["data", "kb.duckdb", "snapshot.txt"]
    assert [path for path in folder.rglob(".*") if path.is_file()] == []
    assert list(Path(at(folder)["env"]["TMPDIR"]).iterdir()) == [], "what the killed one left is gone too"


@pytest.mark.soak
def test_kill_at_random_moments(world: tuple[World, list[tuple[str, float]]], tmp_path: Path) -> None:
    made, stages = world
    assert made.old.keys() == made.new.keys()
    assert sum(made.old[path] != made.new[path] for path in made.old) == 4
    chance = random.Random(20261124)
    texts = [text for text, _ in stages]
    late = [stages[texts.index(text)] for text in ("comparing", "writing the logs", "publishing")]
    moments = [stages[n % len(stages)] for n in range(RANDOM_KILLS - 9)] + late * 3
    chance.shuffle(moments)

    def killer(number: int) -> list[tuple[bool, bool]]:
        found = []
        folder = tmp_path / f"worker {number}"
        for position, (stage, seconds) in enumerate(moments[number::2]):
            folder = tmp_path / f"worker {number}" / str(position)
            folder.mkdir(parents=True)
            made.put(folder)
            was_running = kill_in(made, folder, stage, chance.uniform(0, seconds))
            found.append((was_running, is_new(made, folder)))
        carry_on(made, folder)
        return found

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = [result for found in pool.map(killer, range(2)) for result in found]
    assert len(results) == RANDOM_KILLS
    assert sum(was_running for was_running, _ in results) >= RANDOM_KILLS - 6
    assert {became_new for was_running, became_new in results if was_running} == {False, True}


@pytest.mark.parametrize(
    ("call", "becomes_new"),
    some(
        [
            # four new files are flushed one by one, then the journal: until it stands, nothing has happened
            (("os", "fsync", "before", 1), False),
            (("os", "fsync", "after", 4), False),
            (("Path", "replace", "before", 1), False),
            # once it stands, everything will happen: each of the four takes its place
            (("Path", "replace", "after", 1), True),
            (("Path", "replace", "before", 2), True),
            (("Path", "replace", "after", 2), True),
            (("Path", "replace", "after", 4), True),
            (("Path", "replace", "before", 5), True),
            (("Path", "replace", "after", 5), True),
            # then the database and the snapshot
            (("Path", "replace", "before", 6), True),
            (("Path", "replace", "after", 6), True),
            (("Path", "replace", "before", 7), True),
        ],
        every=3,
    ),
)
def test_kill_while_files_change_hands(
    world: tuple[World, list[tuple[str, float]]], tmp_path: Path, call: Sequence[object], becomes_new: bool
) -> None:
    made, _ = world
    made.put(tmp_path)
    script = command(TAKING + SUICIDE, made, tmp_path, *call, made.new_database)
    done = subprocess.run(script, check=False, **at(tmp_path))
    assert done.returncode == -signal.SIGKILL
    assert len(list(Path(at(tmp_path)["env"]["TMPDIR"]).iterdir())) == 1
    assert is_new(made, tmp_path) is becomes_new
    if call[1:] in (("replace", "after", 2), ("replace", "after", 6)):
        carry_on(made, tmp_path)
