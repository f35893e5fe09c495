"""Files that are replaced together: all old or all new, whenever the process dies."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.dataset.files import JOURNAL, finish_replacing, replace_together, scratch
from kb.errors import InputError

NAMES = ("scrapes.csv", "observations/a.csv", "observations/b.csv")


def contents(root: Path, version: int) -> dict[Path, bytes]:
    return {root / name: f"{name} {version}\n".encode() * 2000 for name in NAMES}


def visible(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def expected(root: Path, version: int) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): content for path, content in contents(root, version).items()}


def test_all_are_replaced_and_nothing_is_left_over(tmp_path: Path) -> None:
    root = tmp_path / "data"
    replace_together(root, contents(root, 1))
    (root / "scrapes.csv").chmod(0o640)
    replace_together(root, contents(root, 2))
    assert visible(root) == expected(root, 2)
    assert (root / "scrapes.csv").stat().st_mode & 0o777 == 0o640
    assert not finish_replacing(root)


@pytest.mark.parametrize("step", range(1, 9))
def test_a_process_that_dies_at_any_step_leaves_all_old_or_all_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    root = tmp_path / "data"
    replace_together(root, contents(root, 1))
    done = 0

    def counted(name: str) -> None:
        genuine = getattr(os, name)

        def function(*arguments: object, **options: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                raise KeyboardInterrupt
            return genuine(*arguments, **options)

        monkeypatch.setattr(os, name, function)

    for name in ("replace", "fsync", "unlink"):
        counted(name)
    with pytest.raises(KeyboardInterrupt):
        replace_together(root, contents(root, 2))
    monkeypatch.undo()
    is_new = finish_replacing(root)
    assert {name: visible(root)[name] for name in NAMES} == expected(root, 2 if is_new else 1)
    replace_together(root, contents(root, 3))
    assert visible(root) == expected(root, 3)


WRITER = """
import sys
from pathlib import Path
from kb.dataset.files import replace_together
root = Path(sys.argv[1])
print("ready", flush=True)
version = 1
while True:
    version += 1
    replace_together(root, {root / n: f"{n} {version}\\n".encode() * 2000 for n in sys.argv[2:]})
"""


@pytest.mark.soak
def test_killed_at_random_moments(tmp_path: Path) -> None:
    root = tmp_path / "data"
    replace_together(root, contents(root, 1))
    chance = random.Random(3)
    finished = 0
    for _ in range(25):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(root), *NAMES], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        finished += finish_replacing(root)
        version = int((root / NAMES[0]).read_bytes().split(b"\n", 1)[0].split()[1])
        assert {name: visible(root)[name] for name in NAMES} == expected(root, version)
    assert finished > 0


HOLDER = """
import sys
from pathlib import Path
from kb.dataset.files import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "work").write_text("half done")
    print(folder, flush=True)
    input()
"""


def hold(home: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that works in a folder."""
    command = [sys.executable, "-c", HOLDER, str(home)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_for_work_goes_away_with_the_work_or_with_the_next_one(tmp_path: Path) -> None:
    with scratch(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyboardInterrupt), scratch(tmp_path):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    running, busy = hold(tmp_path)
    killed, left = hold(tmp_path)
    killed.kill()
    killed.communicate()
    assert sorted(tmp_path.iterdir()) == sorted([busy, left])
    other = tmp_path / "kb-scratch-of somebody else"
    other.mkdir()
    with scratch(tmp_path) as mine:
        assert sorted(tmp_path.iterdir()) == sorted([busy, mine, other])
        assert (busy / "work").read_text() == "half done"
    running.communicate("\n")
    assert list(tmp_path.iterdir()) == [other]


def test_many_processes_do_not_take_each_others_folders(tmp_path: Path) -> None:
    """A folder that is made and not locked yet looks abandoned; who loses it makes another."""
    script = (
        "import sys; from pathlib import Path; from kb.dataset.files import scratch\n"
        "for _ in range(150):\n"
        "    with scratch(Path(sys.argv[1])) as folder:\n"
        "        (folder / 'a').write_text('b'); assert (folder / 'a').read_text() == 'b'\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_for_work_is_among_the_temporary_files_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "journal",
    [
        b"{",
        b"[]",
        json.dumps({"../secret": "../.secret.x.new"}).encode(),
        json.dumps({"/etc/passwd": "/etc/.passwd.x.new"}).encode(),
        json.dumps({"scrapes.csv": "observations/a.csv"}).encode(),
        json.dumps({"scrapes.csv": 1}).encode(),
    ],
)
def test_a_damaged_journal_is_refused(tmp_path: Path, journal: bytes) -> None:
    root = tmp_path / "data"
    replace_together(root, contents(root, 1))
    (root / JOURNAL).write_bytes(journal)
    with pytest.raises(InputError, match="not a list of files to replace"):
        finish_replacing(root)
    assert {name: visible(root)[name] for name in NAMES} == expected(root, 1)
