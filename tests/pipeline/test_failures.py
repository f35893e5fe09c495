"""A build that cannot finish says why in one message, keeps the old database, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import kb
from kb.checks import GateError
from kb.dataset.paths import data_dir
from kb.errors import BuildError
from kb.pipeline import build, runner
from tests.effort import some
from tests.pipeline.mini import MiniData

OLD = b"the database of the last good build"
#: A disk on which no file may grow beyond a limit.
SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
from kb.pipeline import build
from kb.errors import BuildError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]))
except BuildError as error:
    print(error)
    sys.exit(1)
"""


class Target:
    """A folder with the database of the last good build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.database = folder / "kb.duckdb"
        self.database.write_bytes(OLD)

    def is_untouched(self) -> bool:
        return self.database.read_bytes() == OLD and list(self.folder.iterdir()) == [self.database]


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path / "target")


def test_a_check_that_fails(mini_data: MiniData, target: Target) -> None:
    mini_data.add("check_exceptions", check_name="no_type_lost", subject="ml.m5.large")
    mini_data.enum("2023-01-01", "TrainingType", "ml.zz.large")
    with pytest.raises(GateError) as caught:
        build(mini_data.write(), target.database, target.folder / "snapshot.txt")
    assert {result.check.name for result in caught.value.results if not result.passed} == {
        "no_type_lost",
        "types_have_hardware",
    }
    assert "ml.zz.large" in str(caught.value)
    assert "'ml.m5.large' in check_exceptions.csv is no longer needed" in str(caught.value)
    assert target.is_untouched()


def test_a_candidate_is_built_without_the_gate_and_says_what_it_would_refuse(
    mini_data: MiniData, target: Target
) -> None:
    mini_data.enum("2023-01-01", "TrainingType", "ml.zz.large")
    result = build(mini_data.write(), target.database, gate=False)
    assert {check.check.name for check in result.checks if check.blocks} == {"types_have_hardware"}
    connection = kb.connect(target.database)
    assert connection.execute("SELECT count(*) FROM instance_types").fetchone() == (8,)
    connection.close()


def test_no_observation_at_all(tmp_path: Path, target: Target) -> None:
    data = MiniData(tmp_path / "data", empty=True)
    with pytest.raises(BuildError, match="no observation at all; nothing was published"):
        build(data.write(), target.database)
    assert target.is_untouched()


def test_a_step_that_fails(
    mini_data: MiniData, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "10_broken.sql").write_text("SELECT nonsense FROM sources", encoding="utf-8")
    monkeypatch.setattr(runner, "SQL_DIR", tmp_path)
    with pytest.raises(BuildError, match=r"10_broken\.sql: Binder Error: .*nonsense"):
        build(mini_data.write(), target.database)
    assert target.is_untouched()


@pytest.mark.parametrize("limit", some([1_000_000, 50_000, 4_000_000], every=3))
def test_a_full_disk(target: Target, limit: int) -> None:
    arguments = [sys.executable, "-c", SMALL_DISK, str(data_dir()), str(target.database), str(limit)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "nothing was published" in done.stdout
    assert target.is_untouched()


def test_no_space_left_at_the_very_end(mini_data: MiniData, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BuildError, match="No space left on device; nothing was published"):
        build(mini_data.write(), target.database)
    assert target.is_untouched()


def test_an_interrupted_build(mini_data: MiniData, target: Target) -> None:
    def interrupt(number: int, total: int, _title: str) -> None:
        if number == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(mini_data.write(), target.database, target.folder / "snapshot.txt", interrupt)
    assert target.is_untouched()


def test_the_target_is_a_folder(mini_data: MiniData, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is a folder"):
        build(mini_data.write(), tmp_path)


def test_the_folder_is_a_file(mini_data: MiniData, target: Target) -> None:
    with pytest.raises(BuildError, match=r"kb\.duckdb: cannot be made"):
        build(mini_data.write(), target.database / "kb.duckdb")
    assert target.is_untouched()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody can write")
def test_an_unwritable_folder(mini_data: MiniData) -> None:
    with pytest.raises(BuildError, match=r"^/proc/kb\.duckdb: .*nothing was published"):
        build(mini_data.write(), Path("/proc/kb.duckdb"))


def test_the_snapshot_cannot_be_written(mini_data: MiniData, target: Target) -> None:
    """The message tells that the database was published all the same."""
    place = target.folder / "snapshot.txt"
    place.mkdir()
    with pytest.raises(BuildError, match=r"snapshot\.txt: .*the database was published, the snapshot was not"):
        build(mini_data.write(), target.database, place)
    kb.connect(target.database).close()
    assert {path.name for path in target.folder.iterdir()} == {"kb.duckdb", "snapshot.txt"}


def test_new_folders_are_made(mini_data: MiniData, tmp_path: Path) -> None:
    result = build(mini_data.write(), tmp_path / "a" / "b" / "kb.duckdb", tmp_path / "c" / "snapshot.txt")
    assert result.database.is_file()
    assert result.snapshot is not None
    assert result.snapshot.is_file()


# -- what earlier builds and other people left ------------------------------------------------------------------------


#: Makes a folder to work in, fills it, says its name, and waits.
WORKER = """
import sys
from pathlib import Path
from kb.dataset.files import scratch
with scratch(Path(sys.argv[1])) as folder:
    for name in ("kb.duckdb", "kb.duckdb.wal"):
        (folder / name).write_bytes(b"half a database")
    (folder / "kb.duckdb.tmp").mkdir()
    (folder / "kb.duckdb.tmp" / "spilled").write_bytes(b"")
    print(folder.name, flush=True)
    input()
"""


def test_leftovers_of_killed_builds_are_removed_and_running_ones_left_alone(
    mini_data: MiniData, target: Target
) -> None:
    command = [sys.executable, "-c", WORKER, str(target.folder)]
    names = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as dead:
            for process in (running, dead):
                assert process.stdout is not None
                names.append(process.stdout.readline().strip())
            dead.kill()
        (target.folder / ".snapshot.txt.abc.new").write_bytes(b"half a snapshot")
        assert {path.name for path in target.folder.iterdir()} == {*names, "kb.duckdb", ".snapshot.txt.abc.new"}
        build(mini_data.write(), target.database, target.folder / "snapshot.txt")
        assert {path.name for path in target.folder.iterdir()} == {names[0], "kb.duckdb", "snapshot.txt"}
        assert (target.folder / names[0] / "kb.duckdb.tmp" / "spilled").is_file()
        running.communicate("\n")
    assert {path.name for path in target.folder.iterdir()} == {"kb.duckdb", "snapshot.txt"}


def test_names_with_pattern_characters(mini_data: MiniData, target: Target) -> None:
    database, snapshot = target.folder / "kb[1].duckdb", target.folder / "snapshot[1].txt"
    left = target.folder / ".snapshot[1].txt.abc.new"
    left.write_bytes(b"half a snapshot")
    other = target.folder / ".snapshot1.txt.abc.new"
    other.write_bytes(b"of another file")
    build(mini_data.write(), database, snapshot)
    kb.connect(database).close()
    assert not left.exists()
    assert other.exists()


def test_the_log_of_somebody_elses_session_goes_with_the_old_file(mini_data: MiniData, target: Target) -> None:
    """DuckDB refuses a database beside which lies the write-ahead log of another one."""
    target.database.unlink()
    session = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('CREATE TABLE t (a INT)'); "
        "c.execute('CHECKPOINT'); c.execute('INSERT INTO t VALUES (1)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", session, str(target.database)], check=True)
    assert (target.folder / "kb.duckdb.wal").exists()
    build(mini_data.write(), target.database)
    kb.connect(target.database).close()
    assert list(target.folder.iterdir()) == [target.database]


def test_whoever_reads_the_old_database_keeps_it(mini_data: MiniData, target: Target) -> None:
    build(mini_data.write(), target.database)
    reader = kb.connect(target.database)
    count = "SELECT count(*) FROM instance_types"
    before = reader.execute(count).fetchall()
    mini_data.enum("2026-10-01", "TrainingType", "ml.g5.2xlarge")
    build(mini_data.write(), target.database)
    assert reader.execute(count).fetchall() == before
    reader.close()
    fresh: duckdb.DuckDBPyConnection = kb.connect(target.database)
    assert fresh.execute(count).fetchall() == [(before[0][0] + 1,)]
    fresh.close()


def test_progress_counts_every_step(mini_data: MiniData, target: Target) -> None:
    told: list[tuple[int, int, str]] = []
    build(mini_data.write(), target.database, None, lambda *step: told.append(step))
    assert [number for number, _, _ in told] == list(range(1, told[0][1] + 1))
    assert {total for _, total, _ in told} == {len(told)}
    titles = [title for _, _, title in told]
    assert titles[0] == "reading inputs"
    assert titles[-2:] == ["checking", "publishing"]
    assert "verdicts" in titles
