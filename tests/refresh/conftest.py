"""The small world of the build's tests, with sources that show what its logs say until a test changes them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import scrapers
from kb.dataset.logs import read_log, read_scrapes
from kb.pipeline import BuildResult, inputs
from kb.pipeline import build as real
from scrapers.base import Request
from scrapers.refresh import Job, Report, refresh
from tests.cli.conftest import kb
from tests.pipeline.mini import MiniData
from tests.refresh.fakes import Fake

__all__ = ["kb"]

NAMES = ("sagemaker_api", "region_lists", "ec2_api_capture")


@dataclass
class Small:
    """A data folder, its sources, and the refresh.

    Attributes:
        data: The data folder.
        fakes: Its sources.
        told: What the last refresh told of its progress.
    """

    data: Path
    fakes: dict[str, Fake]
    told: list[str] = field(default_factory=list)

    @property
    def api(self) -> Fake:
        return self.fakes["sagemaker_api"]

    @property
    def lists(self) -> Fake:
        return self.fakes["region_lists"]

    @property
    def capture(self) -> Fake:
        return self.fakes["ec2_api_capture"]

    @property
    def database(self) -> Path:
        return self.data.parent / "kb.duckdb"

    @property
    def snapshot(self) -> Path:
        return self.data.parent / "snapshot.txt"

    def refresh(self, *sources: str, is_dry_run: bool = False, **raw: Path) -> Report:
        """Refresh; afterwards the strict readers accept every input."""
        self.told.clear()
        job = Job(self.data, self.database, self.snapshot, sources, is_dry_run, **raw)
        report = refresh(job, Request(), self.told.append)
        inputs.check(self.data)
        return report

    def files(self) -> dict[str, bytes]:
        """Logs and scrapes.csv by name."""
        found = [*self.data.glob("observations/*.csv"), self.data / "scrapes.csv"]
        return {path.name: path.read_bytes() for path in found}

    def news(self, name: str) -> list[tuple[str, ...]]:
        """Key and value of the rows that the last refresh added to a log."""
        fake = self.fakes[name]
        rows = read_log(fake.log.path(self.data), fake.log).rows
        return [row[2:] for row in rows if row[1] == f"fake {name}"]

    def read_on(self, name: str) -> list[str]:
        """Days on which a source was read by a refresh."""
        return [s.observed_on for s in read_scrapes(self.data / "scrapes.csv") if s.origin == f"fake {name}"]


@pytest.fixture(scope="session")
def cache() -> dict[str, BuildResult]:
    """Databases that were built, by digest of their inputs: most tests begin with the same world."""
    return {}


@pytest.fixture(autouse=True)
def builds(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, cache: dict[str, BuildResult]
) -> list[str]:
    """Names of the databases that a test lets `kb refresh` and `kb rule` build; each input is really built once."""
    made: list[str] = []

    def build(data_dir: Path, database: Path, *, gate: bool) -> BuildResult:
        assert not gate
        made.append(database.name)
        digest = inputs.check(data_dir).digest
        if digest not in cache:
            cache[digest] = real(data_dir, tmp_path_factory.mktemp("build") / "kb.duckdb", gate=False)
        found = cache[digest]
        shutil.copyfile(found.database, database)
        return replace(found, database=database)

    for module in ("runner", "evidence"):
        monkeypatch.setattr(f"scrapers.refresh.{module}.build", build)
    return made


@pytest.fixture
def registry() -> Iterator[dict[str, scrapers.Scraper]]:
    """The scrapers, none at first; the real ones come back afterwards."""
    real = dict(scrapers.SCRAPERS)
    scrapers.SCRAPERS.clear()
    yield scrapers.SCRAPERS
    scrapers.SCRAPERS.clear()
    scrapers.SCRAPERS.update(real)


@pytest.fixture
def small(tmp_path: Path, registry: dict[str, scrapers.Scraper]) -> Small:
    """The small world, with all its sources."""
    data = MiniData(tmp_path / "data").write()
    fakes = {name: Fake.of(data, name) for name in NAMES}
    registry.update(fakes)
    return Small(data, fakes)
