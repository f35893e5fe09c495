"""Fixtures that more than one folder needs."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

import kb
from kb.dataset.paths import data_dir
from kb.export import ExportResult, export
from kb.pipeline import BuildResult, build
from tests import effort, workers
from tests.examples import Place
from tests.once import Once
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


def pytest_configure(config: pytest.Config) -> None:
    effort.configure(config)
    # what is compiled is kept, also where the environment says otherwise: the tests start hundreds of processes
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    workers.choose(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return workers.scheduler(config, log) if config.getvalue("dist") in ("load", "loadfile") else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    workers.check_groups(items)
    if effort.selects_soak(config):
        for item in filter(effort.is_repeated, items):
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def once(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes things that every process of this run shares."""
    return Once(tmp_path_factory, is_worker=hasattr(pytestconfig, "workerinput"))


@pytest.fixture(scope="session")
def built(once: Once) -> BuildResult:
    """The shipped data, built once, with its snapshot; not to be changed."""
    result: BuildResult = once("built", lambda made: build(data_dir(), made / "kb.duckdb", made / "snapshot.txt"))
    return result


@pytest.fixture(scope="session")
def connection(built: BuildResult) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to `built`."""
    opened = kb.connect(built.database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def exports(built: BuildResult, once: Once) -> ExportResult:
    """The shipped data exported once, in every format; not to be changed."""
    result: ExportResult = once("exports", lambda made: export(built.database, made / "export"))
    return result


@pytest.fixture(scope="session")
def exported(exports: ExportResult) -> Path:
    """The folder of `exports`."""
    return exports.folder


@pytest.fixture(scope="session")
def place(built: BuildResult, exports: ExportResult, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A folder as the first commands of RECIPES.md leave it, so that every path there leads somewhere."""
    made = Place.at(tmp_path_factory.mktemp("place"))
    shutil.copytree(exports.folder, made.folder / "data" / "export")
    shutil.copyfile(built.database, made.database)
    return made


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
