"""The same inputs give the same rows in the same order and the same snapshot, whatever the machine is set to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

import kb
from kb.dataset.paths import data_dir
from kb.dataset.schema import TABLES
from kb.pipeline import BuildResult, build

BUILD = """
import sys
from pathlib import Path
from kb.pipeline import build
build(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
"""


def content(database: Path) -> dict[str, list[Any]]:
    """Every row of every table, in the order in which they lie in the file."""
    connection = kb.connect(database)
    try:
        return {table.name: connection.execute(f"SELECT * FROM {table.name}").fetchall() for table in TABLES}
    finally:
        connection.close()


def require_same(built: BuildResult, database: Path, snapshot: Path) -> None:
    assert built.snapshot is not None
    assert snapshot.read_bytes() == built.snapshot.read_bytes()
    expected, found = content(built.database), content(database)
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_building_twice_over_the_same_file(built: BuildResult, tmp_path: Path) -> None:
    database, snapshot = tmp_path / "kb.duckdb", tmp_path / "snapshot.txt"
    first = build(data_dir(), database, snapshot)
    second = build(data_dir(), database, snapshot)
    assert first == second
    require_same(built, database, snapshot)


@pytest.mark.parametrize("threads", [1, 8])
def test_number_of_threads(built: BuildResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    connect = duckdb.connect

    def limited(path: str, config: dict[str, str]) -> duckdb.DuckDBPyConnection:
        return connect(path, config={**config, "threads": str(threads)})

    with monkeypatch.context() as patch:
        patch.setattr(duckdb, "connect", limited)
        build(data_dir(), tmp_path / "kb.duckdb", tmp_path / "snapshot.txt")
    require_same(built, tmp_path / "kb.duckdb", tmp_path / "snapshot.txt")


@pytest.mark.parametrize(
    "settings",
    [
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "4242"},
    ],
    ids=["Kathmandu in Turkish", "Los Angeles in C"],
)
def test_time_zone_locale_hash_seed_and_place(built: BuildResult, tmp_path: Path, settings: dict[str, str]) -> None:
    """Built by another process from a copy of the data in another folder."""
    copy = tmp_path / "copied data"
    shutil.copytree(data_dir(), copy, ignore=shutil.ignore_patterns("*.duckdb*"), copy_function=shutil.copyfile)
    database, snapshot = tmp_path / "kb.duckdb", tmp_path / "snapshot.txt"
    checkout = str(Path(kb.__file__).parents[1])
    environment = {**os.environ, **settings, "PYTHONPATH": checkout}
    command = [sys.executable, "-c", BUILD, str(copy), str(database), str(snapshot)]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    require_same(built, database, snapshot)
