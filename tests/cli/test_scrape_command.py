"""``kb scrape``: the installed packages read into a copy of the shipped logs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.dataset import paths
from scrapers import SCRAPERS
from tests.cli.conftest import ROOT, Run

LOG = Path("observations") / "sagemaker_api.csv"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped logs."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "observations", folder / "observations")
    shutil.copy(ROOT / "data" / "scrapes.csv", folder)
    return folder


def forget_since(data: Path, day: str) -> list[str]:
    """Take the log and scrapes.csv back to the state before a day; returns the log's rows that are gone."""
    gone: list[str] = []
    for path, mark in ((data / LOG, ""), (data / "scrapes.csv", ",sagemaker_api,")):
        header, *lines = path.read_text().splitlines(keepends=True)
        dropped = [line for line in lines if line >= day and mark in line]
        path.write_text("".join([header, *(line for line in lines if line not in dropped)]))
        gone += [] if mark else [line.rstrip("\n") for line in dropped]
    return gone


def test_list_names_the_sources(kb: Run) -> None:
    assert {each["source"] for each in kb("scrape", "--list", "--json").json} == set(SCRAPERS)
    for name in SCRAPERS:
        assert f"\n{name} " in kb("scrape", "--list").stdout


def test_new_rows_are_shown_and_written(kb: Run, data: Path) -> None:
    gone = forget_since(data, "2026-09-01")
    assert gone
    found = kb("scrape", "sagemaker_api", "--data", data, "--json").json
    assert found["source"] == "sagemaker_api"
    assert found["readings"] == 1
    assert found["rows_changed"] == len(found["changes"]) > 0
    values = {(each["enum_shape"], each["enum_value"], each["is_listed"]) for each in found["changes"]}
    # a newer botocore than the log's may have added to them
    assert {tuple(row.split(",")[2:]) for row in gone} <= values
    assert len((data / LOG).read_text().splitlines()) > len(gone)
    again = kb("scrape", "sagemaker_api", "--data", data, "--json").json
    assert again["rows_changed"] == 0


def test_people_see_the_first_rows_and_a_summary(kb: Run, data: Path) -> None:
    forget_since(data, "2026-09-01")
    found = kb("scrape", "sagemaker_api", "--data", data)
    assert found.status == 0
    assert len(found.stdout.splitlines()) <= 2 + 20 * 3
    assert "sagemaker_api: 1 reading; " in found.stderr
    assert " more, on " in found.stderr
    assert found.stderr.endswith("Look at the change with `git diff`, then run `kb build`.\n")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "give the name of a source"),
        (("nope",), 1, "source nope: unknown"),
        (("sagemaker_api", "--wheel", "x.whl", "--git-dir", "y"), 2, "cannot be given together"),
        (("sagemaker_api", "--wheel", "x.whl", "--date", "2026-01-01"), 2, "--date is for the installed package"),
        (("sagemaker_api", "--date", "soon"), 2, "Invalid value for '--date'"),
        (("sagemaker_api", "--wheel", "/nowhere/x.whl"), 1, "/nowhere/x.whl"),
        (("sagemaker_api", "--git-dir", "/nowhere"), 1, "/nowhere"),
        (("sagemaker_api", "--date", "2999-01-01"), 1, "lies in the future"),
        (("sagemaker_api", "--region", "eu-west-1"), 2, "--region, --profile and --mirror are for live sources"),
        (("sagemaker_api", "--mirror", "https://x.test/a=http://y"), 2, "is not of the form"),
        (("sagemaker_api", "--keep-raw", "x", "--from-raw", "x"), 2, "cannot be given together"),
        (("sagemaker_api", "--from-raw", "/nowhere"), 1, "/nowhere/sagemaker_api: no kept readings"),
    ],
)
def test_wrong_usage_and_missing_sources(
    kb: Run, data: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*.csv")}
    found = kb("scrape", *arguments, "--data", data)
    assert (found.status, found.stdout) == (status, "")
    assert message in found.stderr
    assert {path: path.read_bytes() for path in data.rglob("*.csv")} == before


def test_a_damaged_log_names_file_and_line(kb: Run, data: Path) -> None:
    (data / LOG).write_text((data / LOG).read_text().replace(",true\n", ",maybe\n", 1))
    found = kb("scrape", "sagemaker_api", "--data", data)
    assert found.status == 1
    assert found.stderr.startswith(f"Error: {data / LOG}:2: ")


def test_without_a_checkout_it_says_what_scraping_needs(kb: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "checkout", lambda: None)
    found = kb("scrape", "--list")
    assert found.status == 1
    assert "appends to the observation logs of a checkout" in found.stderr


def test_what_was_kept_can_be_read_again(kb: Run, data: Path, tmp_path: Path) -> None:
    forget_since(data, "2026-09-01")
    other = tmp_path / "other"
    shutil.copytree(data, other)
    kb("scrape", "sagemaker_api", "--data", data, "--keep-raw", tmp_path / "raw")
    found = kb("scrape", "sagemaker_api", "--data", other, "--from-raw", tmp_path / "raw", "--json").json
    assert found["rows_changed"] > 0
    for path in (LOG, Path("scrapes.csv")):
        assert (other / path).read_bytes() == (data / path).read_bytes()
