"""The three databases that every shipped query runs on, each made from the same built file as its users have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb.dataset.schema import TABLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def lite(exported: Path) -> Iterator[sqlite3.Connection]:
    """The SQLite file that the web site serves."""
    with closing(sqlite3.connect(f"file:{exported / 'kb.sqlite'}?mode=ro", uri=True)) as opened:
        yield opened


@pytest.fixture(scope="session")
def lake(exported: Path, spark: SparkSession) -> SparkSession:
    """A Spark session in which every table is a Parquet file."""
    session = spark.newSession()
    for table in TABLES:
        session.read.parquet(str(exported / "parquet" / f"{table.name}.parquet")).createOrReplaceTempView(table.name)
    return session
