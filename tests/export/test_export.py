"""The folder of an export: what is in it, the same bytes again, and what it may replace."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from kb.dataset.schema import TABLES
from kb.errors import DatabaseError, ExportError
from kb.export import FORMATS, ExportResult, export
from kb.pipeline import BuildResult
from tests.effort import some


def content(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(files.items())}


def verify(folder: Path) -> int:
    """Exit status of the real sha256sum."""
    return subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    ).returncode


def test_the_folder_has_a_file_per_table_and_format(exports: ExportResult, built: BuildResult) -> None:
    names = {"kb.sqlite", "lookup.txt", "datapackage.json"}
    names |= {f"{form}/{table.name}.{form}" for form in ("parquet", "csv", "jsonl") for table in TABLES}
    assert set(exports.sha256) == names
    assert set(exports.files) == names | {"SHA256SUMS"}
    assert content(exports.folder) == exports.sha256 | {
        "SHA256SUMS": hashlib.sha256((exports.folder / "SHA256SUMS").read_bytes()).hexdigest()
    }
    assert exports.files == {name: (exports.folder / name).stat().st_size for name in exports.files}
    assert (exports.rows, exports.data_version) == (built.rows, built.data_version)
    assert exports.formats == FORMATS


def test_sha256sum_accepts_the_list_and_notices_a_changed_byte(exports: ExportResult, tmp_path: Path) -> None:
    lines = (exports.folder / "SHA256SUMS").read_text().splitlines()
    assert [line[66:] for line in lines] == sorted(exports.sha256)
    assert verify(exports.folder) == 0
    copy = tmp_path / "copy"
    shutil.copytree(exports.folder, copy)
    with (copy / "parquet" / "kms_verdicts.parquet").open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    assert verify(copy) == 1


@pytest.fixture
def copy(built: BuildResult, tmp_path: Path) -> Path:
    """The shipped database under another name: one that this process has open keeps the settings it was opened with."""
    shutil.copy(built.database, tmp_path / "copy.duckdb")
    return tmp_path / "copy.duckdb"


@pytest.mark.parametrize(("threads", "formats"), some([(8, FORMATS), (1, ("parquet", "csv", "jsonl"))], every=2))
def test_the_same_bytes_again_with_any_number_of_threads(
    exports: ExportResult, copy: Path, monkeypatch: pytest.MonkeyPatch, threads: int, formats: tuple[str, ...]
) -> None:
    connect = duckdb.connect

    def limited(path: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        return connect(path, read_only=read_only, config={"threads": str(threads)})

    with monkeypatch.context() as patch:
        patch.setattr(duckdb, "connect", limited)
        again = export(copy, copy.parent / "export", formats)
    assert again.sha256 == {name: digest for name, digest in exports.sha256.items() if name in again.sha256}
    assert again.formats == formats


def test_formats_that_are_there_are_renewed_too(mini: Path, newer: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    first = export(mini, folder, ("csv",))
    assert {name.partition("/")[0] for name in first.files} == {"csv", "datapackage.json", "SHA256SUMS"}
    second = export(newer, folder, ["sqlite"])
    assert second.formats == ("sqlite", "csv")
    assert second.sha256 == export(newer, tmp_path / "other", {"csv", "sqlite"}).sha256
    assert verify(folder) == 0
    assert second.rows["instance_types"] == first.rows["instance_types"] + 1


def test_files_of_an_export_that_no_export_writes_any_more_go_away(mini: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    export(mini, folder, ("csv",))
    (folder / "csv" / "former.csv").write_text("a\n")
    with (folder / "SHA256SUMS").open("a") as file:
        file.write(f"{'0' * 64}  csv/former.csv\n")
    export(mini, folder, ("csv",))
    assert not (folder / "csv" / "former.csv").exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("notes.txt", "notes.txt"),
        ("csv/mine.csv", "csv/mine.csv"),
        ("deep/er/file", "deep"),
        ("csv/folder.csv/x", "csv/folder.csv"),
        ("kb.sqlite-wal", "kb.sqlite-wal"),
    ],
)
def test_foreign_files_are_never_removed(mini: Path, tmp_path: Path, name: str, shown: str) -> None:
    folder = tmp_path / "export"
    export(mini, folder, ("csv", "sqlite"))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("mine")
    before = content(folder)
    with pytest.raises(ExportError) as raised:
        export(mini, folder)
    assert f"{folder}: holds what no export wrote ({shown}); nothing was changed; " in str(raised.value)
    assert content(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_a_folder_of_something_else_with_a_list_of_checksums_is_foreign(mini: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    for name in ("kb.sqlite", "a", "b", "c", "d"):
        (folder / name).write_text("mine")
    (folder / "SHA256SUMS").write_text("".join(f"{'0' * 64}  {name}\n" for name in ("a", "../../x", "b", "c", "d")))
    before = content(folder)
    with pytest.raises(ExportError, match=r"\(a, b, c and 2 more\)"):
        export(mini, folder)
    assert content(folder) == before


def test_an_empty_folder_and_a_link_to_one_are_filled(mini: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o750)
    (tmp_path / "link").symlink_to("real")
    export(mini, tmp_path / "link", ("jsonl",))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "jsonl" / "kms_verdicts.jsonl").is_file()
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o750


def test_whoever_has_the_old_file_open_goes_on_reading_it(mini: Path, newer: Path, tmp_path: Path) -> None:
    count = "SELECT count(*) FROM instance_types"
    old = export(mini, tmp_path / "export", ("sqlite",))
    with closing(sqlite3.connect(tmp_path / "export" / "kb.sqlite")) as before:
        assert before.execute(count).fetchone() == (old.rows["instance_types"],)
        new = export(newer, tmp_path / "export", ("sqlite",))
        assert before.execute(count).fetchone() == (old.rows["instance_types"],)
        with closing(sqlite3.connect(tmp_path / "export" / "kb.sqlite")) as after:
            assert after.execute(count).fetchone() == (new.rows["instance_types"],)
    assert new.rows["instance_types"] != old.rows["instance_types"]


def test_two_at_once_take_turns(mini: Path, tmp_path: Path) -> None:
    formats = [("csv",), ("parquet",), ("jsonl",)]
    with ThreadPoolExecutor(max_workers=3) as pool:
        list(pool.map(lambda wanted: export(mini, tmp_path / "export", wanted), formats))
    assert verify(tmp_path / "export") == 0
    assert {path.name for path in (tmp_path / "export").iterdir() if path.is_dir()} == {"csv", "parquet", "jsonl"}
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


@pytest.mark.parametrize(
    ("formats", "message"), [(("xml",), "unknown format 'xml'; the formats are: sqlite, parquet"), ((), "no format")]
)
def test_formats_that_there_are_not(mini: Path, tmp_path: Path, formats: tuple[str, ...], message: str) -> None:
    with pytest.raises(ExportError, match=message):
        export(mini, tmp_path / "export", formats)
    assert not (tmp_path / "export").exists()


def test_places_that_cannot_be_replaced(mini: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="is a file; give the name of a folder"):
        export(mini, tmp_path / "file")
    with pytest.raises(ExportError, match=r"file: File exists; nothing was replaced|Not a directory"):
        export(mini, tmp_path / "file" / "export")
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    for folder in (Path(), tmp_path / "here", Path("/")):
        with pytest.raises(ExportError, match="give a folder inside it"):
            export(mini, folder)
    with pytest.raises(DatabaseError, match="no database there"):
        export(tmp_path / "missing.duckdb", tmp_path / "export")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "here"}


#: Exports where no file may grow beyond so many bytes, which is how a full disk looks to a program.
LIMITED = """
import resource, sys
from pathlib import Path
import duckdb
from kb.errors import ExportError
from kb.export import export
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
try:
    export(Path(sys.argv[1]), Path(sys.argv[2]), [sys.argv[3]])
except ExportError as error:
    sys.exit(f"ExportError: {error}")
"""


@pytest.mark.parametrize(("form", "limit"), [("sqlite", 100_000), ("csv", 2_000), ("parquet", 2_000), ("jsonl", 2_000)])
def test_a_full_disk_leaves_the_old_export(mini: Path, newer: Path, tmp_path: Path, form: str, limit: int) -> None:
    folder = tmp_path / "export"
    export(mini, folder, (form,))
    before = content(folder)
    command = [sys.executable, "-c", LIMITED, str(newer), str(folder), form, str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"ExportError: {folder}")
    assert done.stderr.endswith("nothing was replaced\n")
    assert content(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_importing_the_exports_imports_no_duckdb() -> None:
    code = "import sys, kb.export; print([name for name in ('duckdb', 'kb.pipeline') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_snapshot_beside_the_sqlite_file_is_that_of_the_build(exports: ExportResult, built: BuildResult) -> None:
    assert built.snapshot is not None
    assert (exports.folder / "lookup.txt").read_bytes() == built.snapshot.read_bytes()
