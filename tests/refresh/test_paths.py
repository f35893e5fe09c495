"""Folders in whatever way they are named: relative paths, odd characters and links get the same answer as others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.dataset import queries
from kb.dataset.files import replace_atomically, replace_together
from kb.dataset.paths import queries_dir, snapshot_file
from kb.export import export
from kb.library import lookup
from kb.pipeline import build
from kb.site import app
from scrapers import Scraper
from scrapers.base import Request
from scrapers.engine.run import run
from scrapers.refresh import Job, Outcome, refresh
from tests.pipeline.mini import MiniData
from tests.refresh.conftest import NAMES
from tests.refresh.fakes import DAY, Fake

ODD = ("sp ace, st*r, br[a-c]ket; quo'te ünï", "what?now=b&c ha#sh per%41cent")
SHAPES = ("relative", "relative with dots", "link", *ODD)
BY_DEFAULT = ("relative", ODD[1])


@pytest.fixture(params=[pytest.param(s, marks=() if s in BY_DEFAULT else pytest.mark.soak) for s in SHAPES])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, as somebody may name it."""
    shape = request.param
    real = tmp_path / "real" / (shape if shape in ODD else "inner")
    real.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    if shape == "relative":
        return Path("real/inner")
    if shape == "relative with dots":
        return Path("real/../real/./inner")
    if shape == "link":
        (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
        return Path("link/inner")
    return real


@pytest.fixture
def data(home: Path, registry: dict[str, Scraper]) -> Path:
    """The small world there, with sources that show what it says and one type more."""
    data = MiniData(home / "data").write()
    registry.update({name: Fake.of(data, name) for name in NAMES})
    api = registry["sagemaker_api"]
    assert isinstance(api, Fake)
    api.show("TrainingType", "ml.r7.large")
    return data


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Checksums of the export of the small world, from a folder with a plain name."""
    folder = tmp_path_factory.mktemp("reference")
    made = build(MiniData(folder / "data").write(), folder / "kb.duckdb")
    return export(made.database, folder / "export").sha256


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


def test_build_export_queries_and_site(home: Path, data: Path, reference: dict[str, str]) -> None:
    made = build(data, home / "kb?.duckdb", home / "snapshot.txt")
    assert made.database.is_file()
    with kb.connect(made.database) as connection:
        found = queries.find(queries_dir(), "sdk-name-rule-errors")
        assert queries.run(connection, found, {}).rows is not None
    # what is there already is replaced, and not taken for something else
    build(data, home / "kb?.duckdb", home / "snapshot.txt")
    export(made.database, home / "ex*port", ("sqlite",))
    assert export(made.database, home / "ex*port").sha256 == reference
    assert not app.ensure_export(made.database, home / "ex*port")
    # a site answers from the snapshot of its export, in this whole process; and another loop may be running here
    site = app.make(home / "ex*port")
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(asyncio.run, get(site, "/kb/instance_types.json?_shape=array")).result()
    finally:
        lookup.use(snapshot_file())
    assert len(answer) == made.rows["instance_types"]
    assert sorted(path.name for path in home.iterdir()) == ["data", "ex*port", "kb?.duckdb", "snapshot.txt"]
    assert leftovers(home) == []


async def get(site: Any, path: str) -> Any:
    await site.invoke_startup()
    return (await site.client.get(path)).json()


def test_scrape(home: Path, data: Path) -> None:
    result = run("sagemaker_api", Request(), data)
    assert [row[2:] for row in result.changes] == [("TrainingType", "ml.r7.large", "true")]
    assert result.log_path == data / "observations" / "sagemaker_api.csv"
    assert f"{DAY},fake sagemaker_api,TrainingType,ml.r7.large,true\n" in result.log_path.read_text()
    assert leftovers(home) == []


def test_refresh(home: Path, data: Path) -> None:
    job = Job(data, home / "kb.duckdb", home / "snapshot.txt")
    report = refresh(job, Request())
    assert [source.outcome for source in report.sources] == [Outcome.CHANGED, Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert report.published == (str(job.database), str(job.snapshot))
    with kb.connect(job.database) as connection:
        assert connection.execute("SELECT count(*) FROM instance_types").fetchone() == (7,)
    assert not any(source.outcome is Outcome.CHANGED for source in refresh(job, Request()).sources)
    assert leftovers(home) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    data = MiniData(tmp_path / "data").write()
    (tmp_path / "elsewhere").mkdir()
    links: dict[str, Callable[[Path], object]] = {
        "kb.duckdb": lambda path: build(data, path),
        "note.md": lambda path: replace_atomically(path, b"text"),
    }
    for name, write in links.items():
        link = tmp_path / name
        link.symlink_to(Path("elsewhere") / name)
        for _ in range(2):
            write(link)
            assert link.is_symlink()
            assert (tmp_path / "elsewhere" / name).stat().st_size > 0
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == links.keys()


def test_files_of_another_folder_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not in the subpath"):
        replace_together(tmp_path / "data", {tmp_path / "data" / "a": b"1", tmp_path / "b": b"2"})
    assert list(tmp_path.rglob("*")) == []
