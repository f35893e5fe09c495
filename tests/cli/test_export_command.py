"""``kb export``."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import duckdb
import pytest

import kb as library
from kb.dataset import paths
from kb.dataset.schema import TABLES
from kb.export import FORMATS
from tests.cli.conftest import Run


def test_a_summary_for_people_on_standard_error(kb: Run, database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "export"
    found = kb("export", "--database", database, "--output", folder, "--format", "csv", "--format", "parquet")
    assert (found.status, found.stdout) == (0, "")
    [line] = found.stderr.splitlines()
    assert line.startswith(f"exported {folder}: data {library.DATA_VERSION}, parquet, csv, {len(TABLES)} tables, ")
    assert "\x1b" not in found.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["SHA256SUMS", "csv", "datapackage.json", "parquet"]


def test_a_manifest_for_programs_on_standard_output(kb: Run, database: Path, tmp_path: Path) -> None:
    found = kb("export", "--database", database, "--output", tmp_path / "x", "--format", "jsonl", "--json", "-q")
    assert (found.status, found.stderr) == (0, "")
    manifest = found.json
    assert (manifest["folder"], manifest["formats"]) == (str(tmp_path / "x"), ["jsonl"])
    assert manifest["data_version"] == library.DATA_VERSION
    assert manifest["rows"]["instance_types"] == len(library.find())
    assert [file["path"] for file in manifest["files"]] == sorted(f"jsonl/{table.name}.jsonl" for table in TABLES)
    for file in manifest["files"]:
        content = (tmp_path / "x" / file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_where_it_goes_by_default(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kb: Run) -> None:
    root = paths.checkout()
    assert root is not None
    monkeypatch.delenv("KB_EXPORT", raising=False)
    assert paths.export_dir() == root / "data" / "export"
    monkeypatch.setattr(paths, "checkout", lambda: None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert paths.export_dir() == tmp_path / "cache" / "sagemaker-storage-kb" / "export"
    monkeypatch.setenv("KB_EXPORT", str(tmp_path / "named"))
    found = kb("export", "--database", database, "--format", "parquet", "--quiet")
    assert (found.status, found.stdout, found.stderr) == (0, "", "")
    assert (tmp_path / "named" / "parquet" / "kms_verdicts.parquet").is_file()


def test_bad_input_gets_one_sentence(kb: Run, database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for options, status, message in (
        (("--format", "xml"), 2, f"'xml' is not one of {', '.join(map(repr, FORMATS))}."),
        (("--output", tmp_path / "file"), 1, f"Error: {tmp_path / 'file'}: is a file; give the name of a folder"),
        (("--output", tmp_path / "file" / "x"), 1, "nothing was replaced"),
        (("--output", tmp_path / "full"), 1, f"Error: {tmp_path / 'full'}: holds what no export wrote (mine.txt)"),
        (("--output", "/proc/kb/export"), 1, "Error: /proc/kb: "),
    ):
        found = kb("export", "--database", database, *options)
        assert (found.status, found.stdout) == (status, ""), options
        assert message in found.stderr.splitlines()[-1]
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


def test_a_damaged_database_leaves_the_old_export(kb: Run, database: Path, tmp_path: Path) -> None:
    """Damaged in the middle, where opening it shows nothing yet."""
    folder, damaged = tmp_path / "export", tmp_path / "kb.duckdb"
    assert kb("export", "--database", database, "--output", folder, "--format", "csv", "-q").status == 0
    before = (folder / "SHA256SUMS").read_bytes()
    content = bytearray(database.read_bytes())
    half = len(content) // 2
    content[half : half + 400_000] = bytes(400_000)
    damaged.write_bytes(content)
    found = kb("export", "--database", damaged, "--output", folder, "--format", "csv")
    assert (found.status, found.stdout) == (1, "")
    assert found.stderr.startswith("Error: ")
    assert (folder / "SHA256SUMS").read_bytes() == before


def test_another_schema_version(kb: Run, database: Path, tmp_path: Path) -> None:
    other = tmp_path / "kb.duckdb"
    shutil.copy(database, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute("UPDATE build_info SET value = '999' WHERE name = 'schema_version'")
    found = kb("export", "--database", other, "--output", tmp_path / "export")
    assert (found.status, found.stdout) == (1, "")
    assert "schema version 999, but this program reads version" in found.stderr
    assert not (tmp_path / "export").exists()
