"""Fixtures that more than one folder needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import kb
from kb.build import BuildResult, build
from kb.paths import data_dir
from tests.build.mini import MiniData


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """The shipped data, built once, with its snapshot."""
    folder = tmp_path_factory.mktemp("built")
    return build(data_dir(), folder / "kb.duckdb", folder / "snapshot.txt")


@pytest.fixture(scope="session")
def connection(built: BuildResult) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to `built`."""
    opened = kb.connect(built.database)
    yield opened
    opened.close()


@pytest.fixture
def mini_data(tmp_path: Path) -> MiniData:
    """A small but complete world, for a test to vary."""
    return MiniData(tmp_path / "data")
