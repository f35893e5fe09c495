"""Fixtures of the build's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest

from tests.pipeline.asking import Tables
from tests.pipeline.mini import MiniData


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The small world as it is."""
    made = Tables(MiniData(tmp_path_factory.mktemp("small") / "data").derive())
    yield made
    made.connection.close()


@pytest.fixture
def world() -> Iterator[Callable[[MiniData], Tables]]:
    """Derives worlds, and closes them at the end."""
    made: list[Tables] = []

    def derive(data: MiniData) -> Tables:
        made.append(Tables(data.derive()))
        return made[-1]

    yield derive
    for each in made:
        each.connection.close()


@pytest.fixture(scope="session")
def db(connection: duckdb.DuckDBPyConnection) -> Tables:
    """The shipped data."""
    return Tables(connection)
