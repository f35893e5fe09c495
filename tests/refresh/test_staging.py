"""The copy in which a refresh works, and how it comes back: all files or none, never over somebody else's change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kb.dataset.files import JOURNAL
from kb.errors import InputError
from scrapers.refresh.staging import BusyError, Staging, alone

LOG, OTHER, SCRAPES = Path("observations/a.csv"), Path("observations/b.csv"), Path("scrapes.csv")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "observations").mkdir(parents=True)
    (folder / "curated").mkdir()
    for path in (LOG, OTHER, SCRAPES, Path("curated/rules.csv")):
        (folder / path).write_text(f"{path.name} before\n")
    (folder / "kb.duckdb").write_bytes(b"large")
    (folder / "observations" / ".a.csv.x.new").write_text("left behind by a killed process\n")
    return folder


@pytest.fixture
def staging(data: Path, tmp_path: Path) -> Staging:
    return Staging(data, tmp_path / "work" / "data")


def state(data: Path) -> dict[str, str]:
    return {
        path.relative_to(data).as_posix(): path.read_text()
        for path in sorted(data.rglob("*.csv"))
        if not path.name.startswith(".")
    }


def test_only_logs_and_curated_tables_are_copied(staging: Staging) -> None:
    names = {path.relative_to(staging.folder).as_posix() for path in staging.folder.rglob("*") if path.is_file()}
    assert names == {"scrapes.csv", "curated/rules.csv", "observations/a.csv", "observations/b.csv"}
    assert staging.changed() == {}
    assert staging.commit() == ()


def test_changes_come_back_together(staging: Staging, data: Path) -> None:
    (staging.folder / LOG).write_text("a.csv after\n")
    (staging.folder / "observations/new.csv").write_text("new.csv\n")
    (staging.folder / "curated/rules.csv").write_text("no scraper writes here\n")
    before = state(data)
    assert set(staging.changed()) == {LOG, Path("observations/new.csv")}
    assert state(data) == before
    assert staging.commit() == (LOG, Path("observations/new.csv"))
    assert state(data) == before | {"observations/a.csv": "a.csv after\n", "observations/new.csv": "new.csv\n"}
    assert not (data / JOURNAL).exists()


@pytest.mark.parametrize("path", [LOG, OTHER, SCRAPES, Path("observations/new.csv")])
def test_what_somebody_else_changed_is_not_overwritten(staging: Staging, data: Path, path: Path) -> None:
    (staging.folder / LOG).write_text("a.csv after\n")
    (data / path).write_text("somebody else's\n")
    before = state(data)
    with pytest.raises(BusyError, match=rf"{path.name}: changed while the sources were read; run it again"):
        staging.commit()
    assert state(data) == before


def test_a_log_that_somebody_removed_is_a_change_too(staging: Staging, data: Path) -> None:
    (staging.folder / LOG).write_text("a.csv after\n")
    (data / OTHER).unlink()
    with pytest.raises(BusyError, match=r"b\.csv"):
        staging.commit()


def test_a_changed_curated_table_is_no_obstacle(staging: Staging, data: Path) -> None:
    (staging.folder / LOG).write_text("a.csv after\n")
    (data / "curated/rules.csv").write_text("a person's work\n")
    staging.commit()
    assert (data / "curated/rules.csv").read_text() == "a person's work\n"


def test_what_a_killed_process_left_is_completed_first(data: Path, tmp_path: Path) -> None:
    (data / JOURNAL).write_text('{"observations/a.csv": "observations/.a.csv.x.new"}')
    staging = Staging(data, tmp_path / "work")
    assert (staging.folder / LOG).read_text() == "left behind by a killed process\n"
    assert not (data / JOURNAL).exists()


def test_no_data_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no data folder"):
        Staging(tmp_path / "nowhere", tmp_path / "work")
    with alone(tmp_path / "nowhere"):
        pass


def test_messages_name_the_data_folder(staging: Staging, data: Path) -> None:
    assert staging.in_origin(f"{staging.folder / LOG}:3: bad") == f"{data / LOG}:3: bad"


def test_one_refresh_at_a_time(data: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from scrapers.refresh.staging import alone\n"
        "with alone(Path(sys.argv[1])):\n"
        "    print('mine', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(BusyError, match="another refresh is at work"), alone(data):
            pass
        other.kill()
    with alone(data):
        pass
