"""The clock of the machine: a wrong one is refused with a sentence, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import responses

import scrapers
from scrapers import clock
from scrapers.base import Request, ScrapeError
from scrapers.clock import ClockError
from scrapers.engine.run import run
from scrapers.reading.http import client
from scrapers.refresh import Job, Outcome, refresh
from tests.cli.conftest import Run, kb
from tests.pipeline.mini import MiniData
from tests.refresh.fakes import Fake

__all__ = ["kb"]

#: The newest observation of the small world, at noon.
NEWEST = datetime(2026, 10, 1, 12, tzinfo=UTC)
SOURCE = "sagemaker_api"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The small world, which was last read on `NEWEST`."""
    mini = MiniData(tmp_path / "data")
    mini.read(f"{NEWEST:%Y-%m-%d}", SOURCE)
    return mini.write()


@pytest.fixture
def source(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """A live source that has one type more, and carries the date of the clock."""
    real = dict(scrapers.SCRAPERS)
    fake = Fake.of(data, SOURCE)
    fake.show("TrainingType", "ml.r7.large")
    scrapers.SCRAPERS.clear()
    scrapers.SCRAPERS[SOURCE] = fake
    yield fake
    scrapers.SCRAPERS.clear()
    scrapers.SCRAPERS.update(real)


def set_clock(monkeypatch: pytest.MonkeyPatch, fake: Fake, time: datetime, answered: datetime | None = None) -> None:
    """Let the clock say so, and a server answer at a time."""
    monkeypatch.setattr(clock, "now", lambda: time)
    fake.on = f"{time:%Y-%m-%d}"
    if answered is not None:
        fake.before = lambda request: clock.heard({"date": format_datetime(answered, usegmt=True)})


def everything(data: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}


#: The clock, when a server answered, and what is wrong.
WRONG = [
    (NEWEST - timedelta(days=3), None, "the newest observation is of 2026-10-01"),
    (NEWEST - timedelta(days=3), NEWEST - timedelta(days=3), "the newest observation is of 2026-10-01"),
    (NEWEST + timedelta(days=40), NEWEST + timedelta(days=38.9), "a server answered that it was 2026-11-09 09:36"),
    (NEWEST + timedelta(days=40), NEWEST + timedelta(days=41.1), "a server answered that it was 2026-11-11 14:24"),
    (datetime(2099, 1, 1, tzinfo=UTC), NEWEST, "a server answered that it was 2026-10-01 12:00"),
    (datetime(2099, 1, 1, tzinfo=UTC), None, "2026-10-01, and no server was asked that could confirm it"),
    (NEWEST + timedelta(days=1828), None, "2026-10-01, and no server was asked that could confirm it"),
]
RIGHT = [
    (NEWEST - timedelta(days=0), None),
    (NEWEST + timedelta(days=1820), None),
    (NEWEST + timedelta(days=5000), NEWEST + timedelta(days=5000.9)),
    (NEWEST + timedelta(days=40), NEWEST + timedelta(days=39.1)),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]:%Y-%m-%d} {wrong[2]}")
@pytest.mark.parametrize("command", ["scrape", "refresh", pytest.param("refresh --dry-run", marks=pytest.mark.soak)])
def test_a_wrong_clock_is_refused(
    data: Path,
    source: Fake,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    wrong: tuple[datetime, datetime | None, str],
) -> None:
    time, answered, why = wrong
    set_clock(monkeypatch, source, time, answered)
    before = everything(data.parent)
    with pytest.raises(ClockError) as caught:
        if command == "scrape":
            run(SOURCE, Request(), data)
        else:
            refresh(Job(data, data.parent / "kb.duckdb", is_dry_run="dry" in command), Request())
    assert str(caught.value).startswith(f"the clock of this machine says {time:%Y-%m-%d %H:%M} (UTC), but ")
    assert why in str(caught.value)
    assert str(caught.value).endswith("nothing was written: set the clock, and run it again")
    assert everything(data.parent) == before


@pytest.mark.parametrize(("time", "answered"), RIGHT)
def test_a_clock_that_may_be_right_is_taken(
    data: Path, source: Fake, monkeypatch: pytest.MonkeyPatch, time: datetime, answered: datetime | None
) -> None:
    set_clock(monkeypatch, source, time, answered)
    report = refresh(Job(data, data.parent / "kb.duckdb"), Request())
    assert [each.outcome for each in report.sources] == [Outcome.CHANGED]
    source.show("TrainingType", "ml.t2.medium")
    source.show("TrainingType", "ml.m5.xlarge")
    assert run(SOURCE, Request(), data).rows_changed == 1


def test_the_command_says_it_and_fails(kb: Run, data: Path, source: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, source, datetime(2099, 1, 1, tzinfo=UTC))
    before = everything(data)
    for command in (("scrape", SOURCE), ("refresh",)):
        found = kb(*command, "--data", data)
        assert (found.status, found.stdout) == (1, "")
        assert found.stderr.startswith("Error: the clock of this machine says 2099-01-01 00:00 (UTC), but the newest")
        assert everything(data) == before


def test_readings_with_dates_of_their_own_need_no_clock(
    data: Path, source: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_clock(monkeypatch, source, NEWEST + timedelta(days=2))
    refresh(Job(data, tmp_path / "kb.duckdb", is_dry_run=True, keep_raw=tmp_path / "raw"), Request())
    set_clock(monkeypatch, source, datetime(2099, 1, 1, tzinfo=UTC))
    assert run(SOURCE, Request(), data, from_raw=tmp_path / "raw").rows_changed == 1


def test_answers_of_an_earlier_run_do_not_count(data: Path, source: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    time = datetime(2099, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: time)
    clock.heard({"date": format_datetime(time, usegmt=True)})
    set_clock(monkeypatch, source, time)
    with pytest.raises(ClockError, match="no server was asked"):
        run(SOURCE, Request(), data)


@pytest.mark.parametrize(
    ("headers", "is_wrong"),
    [
        ({"date": "Fri, 01 Jan 2027 00:00:00 GMT"}, True),
        ({"date": "Sun, 01 Nov 2026 12:00:00 GMT"}, False),
        ({"date": "Sun, 01 Nov 2026 12:00:00 -0000"}, False),
        # a cache on the way kept it for a month
        ({"date": "Thu, 01 Oct 2026 12:00:00 GMT", "age": "2678400"}, False),
        ({"date": "Thu, 01 Oct 2026 12:00:00 GMT"}, True),
        ({"date": "yesterday"}, False),
        ({"date": "Thu, 01 Oct 2026 12:00:00 GMT", "age": "old"}, False),
        ({"date": "Thu, 01 Oct 2026 12:00:00 GMT", "age": "9" * 30}, False),
        ({}, False),
    ],
)
def test_what_a_header_says(headers: dict[str, str], is_wrong: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 1, 12, tzinfo=UTC))
    clock.begin([])
    clock.heard(headers)
    if is_wrong:
        with pytest.raises(ClockError):
            clock.require([])
    else:
        clock.require([])


@responses.activate
@pytest.mark.parametrize("status", [200, 404])
def test_pages_tell_the_time(status: int) -> None:
    clock.begin([])
    headers = {"Date": format_datetime(datetime.now(UTC) - timedelta(days=2), usegmt=True)}
    responses.get("https://example.com/", body="x", status=status, content_type="text/html", headers=headers)
    with client(Request()) as web:
        try:
            web.get("https://example.com/", content_types=("text/html",))
        except ScrapeError:
            assert status == 404
    with pytest.raises(ClockError, match="a server answered"):
        clock.require([])
