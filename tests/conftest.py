"""Fixtures that more than one folder needs."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

import kb
from kb.dataset.paths import data_dir
from kb.export import export
from kb.pipeline import BuildResult, build
from tests.pipeline.mini import MiniData

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: A small local Spark that starts and answers fast, and listens to nothing but this machine.
SPARK_SETTINGS: dict[str, bool | float | int | str | None] = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": False,
    "spark.ui.showConsoleProgress": False,
    "spark.sql.shuffle.partitions": 1,
    "spark.sql.adaptive.enabled": False,
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": False,
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


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


@pytest.fixture(scope="session")
def exported(built: BuildResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the SQLite file and the snapshot of the shipped data."""
    folder = tmp_path_factory.mktemp("site") / "export"
    export(built.database, folder, ("sqlite",))
    return folder


@pytest.fixture
def mini_data(tmp_path: Path) -> MiniData:
    """A small but complete world, for a test to vary."""
    return MiniData(tmp_path / "data")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A real local Spark. Temporary views of one test are hidden from others by ``spark.newSession()``."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        reason = "Spark needs Java: neither `java` on the PATH nor JAVA_HOME; install a JRE, 17 or newer"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        # pyspark 4.3 warns about pandas 3, which is not used with it here
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql import SparkSession

        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        builder = SparkSession.builder.master("local[1]").appName("kb tests").config(map=SPARK_SETTINGS)
        session = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("spark"))).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
