"""The three databases that every shipped query runs on, each made from the same built file as its users have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from kb.dataset.schema import TABLES
from kb.export import sqlite

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def lite(
    connection: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sqlite3.Connection]:
    """The SQLite file that the web site serves."""
    file = tmp_path_factory.mktemp("lite") / "kb.sqlite"
    sqlite.write(connection, file)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
        yield opened


@pytest.fixture(scope="session")
def lake(
    connection: duckdb.DuckDBPyConnection, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> SparkSession:
    """A Spark session in which every table is a Parquet file."""
    folder = tmp_path_factory.mktemp("lake")
    session = spark.newSession()
    for table in TABLES:
        file = folder / f"{table.name}.parquet"
        connection.execute(f"COPY {table.name} TO '{file}' (FORMAT parquet)")
        session.read.parquet(str(file)).createOrReplaceTempView(table.name)
    return session
