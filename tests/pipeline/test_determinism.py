"""The same inputs give the same rows in the same order and the same snapshot, whatever the machine is set to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.dataset.paths import data_dir
from kb.dataset.schema import TABLES
from kb.pipeline import BuildResult, build

BUILD = """
import sys
from pathlib import Path
import duckdb
from kb.pipeline import build
connect = duckdb.connect
duckdb.connect = lambda path, config: connect(path, config={**config, "threads": sys.argv[4]})
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


@pytest.mark.soak
def test_building_over_the_same_file(built: BuildResult, tmp_path: Path) -> None:
    assert built.snapshot is not None
    database = Path(shutil.copyfile(built.database, tmp_path / "kb.duckdb"))
    snapshot = Path(shutil.copyfile(built.snapshot, tmp_path / "snapshot.txt"))
    again = build(data_dir(), database, snapshot)
    assert again == replace(built, database=database, snapshot=snapshot)
    require_same(built, database, snapshot)


@pytest.mark.parametrize(
    ("settings", "threads"),
    [
        pytest.param(
            {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
            1,
            id="Kathmandu in Turkish, one thread",
        ),
        pytest.param(
            {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "4242"},
            8,
            id="Los Angeles in C, eight threads",
            marks=pytest.mark.soak,
        ),
    ],
)
def test_time_zone_locale_hash_seed_threads_and_place(
    built: BuildResult, tmp_path: Path, settings: dict[str, str], threads: int
) -> None:
    """Built by another process from a copy of the data in another folder."""
    copy = tmp_path / "copied data"
    shutil.copytree(data_dir(), copy, ignore=shutil.ignore_patterns("*.duckdb*"), copy_function=shutil.copyfile)
    database, snapshot = tmp_path / "kb.duckdb", tmp_path / "snapshot.txt"
    checkout = str(Path(kb.__file__).parents[1])
    environment = {**os.environ, **settings, "PYTHONPATH": checkout}
    command = [sys.executable, "-c", BUILD, str(copy), str(database), str(snapshot), str(threads)]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    require_same(built, database, snapshot)
