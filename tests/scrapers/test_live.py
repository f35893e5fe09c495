"""What a live source does to its log: parts that were not read, several readings a day, and days without news."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

import scrapers
from kb.dataset.log_specs import EC2_API, PRICE_LIST, Key, LogSpec
from kb.dataset.logs import parse_log, read_log, read_scrapes
from kb.errors import InputError
from kb.pipeline.inputs import _check_readings
from scrapers.base import EVERYTHING_ELSE, Document, Reading, Remark, Request, Rows, ScrapeError, Scraper, ignore
from scrapers.engine import raw
from scrapers.engine.run import RunResult, run

TYPES = [f"ml.m5.{size}xlarge" for size in (1, 2, 4, 8, 12, 16, 24)]


class Prices(Scraper):
    """A price list whose documents are lines: `component type`, one document per Region."""

    title = "prices"
    log: LogSpec = PRICE_LIST
    needs = "internet"
    is_live = True

    def __init__(self) -> None:
        self.readings: list[Reading] = []

    def fetch(self, request: Request) -> Iterator[Reading]:
        del request
        yield from self.readings

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        region = document.name.removesuffix(".txt")
        with document.open() as stream:
            lines = stream.read().decode().splitlines()
        rows: Rows = {}
        for line in lines:
            component, name = line.split()
            if not name.startswith("ml."):
                remark(f"{name} in {region} is no instance type")
                continue
            rows[component, region, name] = "true"
        return rows

    def part(self, key: Key) -> str | None:
        return key[1]

    def show(
        self, on: str, regions: Mapping[str, list[str]], unread: frozenset[str] = frozenset(), *failures: str
    ) -> None:
        """What `fetch` will yield next: training types by Region."""
        documents = tuple(
            Document(f"{region}.txt", "".join(f"training {name}\n" for name in names).encode())
            for region, names in regions.items()
        )
        self.readings = [Reading("Price List", date.fromisoformat(on), documents, unread, failures)]


@pytest.fixture
def prices(monkeypatch: pytest.MonkeyPatch) -> Prices:
    made = Prices()
    monkeypatch.setitem(scrapers.SCRAPERS, "price_list", made)
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def go(data: Path, keep_raw: Path | None = None, from_raw: Path | None = None) -> RunResult:
    """One run, after which the log holds as many rows of each reading as scrapes.csv says."""
    result = run("price_list", Request(), data, keep_raw=keep_raw, from_raw=from_raw)
    _check_readings(result.log_path, read_log(result.log_path, PRICE_LIST), read_scrapes(data / "scrapes.csv"))
    return result


def test_a_region_that_was_not_read_keeps_its_types(prices: Prices, data: Path) -> None:
    prices.show("2026-01-01", {"us-east-1": TYPES, "eu-west-1": TYPES[:5]})
    assert go(data).rows_changed == 12
    prices.show("2026-01-02", {"us-east-1": TYPES[1:]}, frozenset({"eu-west-1"}), "eu-west-1: 503")
    result = go(data)
    assert [row[2:] for row in result.changes] == [("training", "us-east-1", "ml.m5.1xlarge", "false")]
    assert result.failures == ("eu-west-1: 503",)
    prices.show("2026-01-03", {"us-east-1": TYPES[1:]}, frozenset({EVERYTHING_ELSE}))
    assert go(data).rows_changed == 0
    prices.show("2026-01-04", {"us-east-1": TYPES[1:], "eu-west-1": TYPES[:4]}, frozenset({EVERYTHING_ELSE}))
    assert [row[2:] for row in go(data).changes] == [("training", "eu-west-1", "ml.m5.12xlarge", "false")]


def test_what_is_missing_from_a_whole_reading_is_gone(prices: Prices, data: Path) -> None:
    prices.show("2026-01-01", {"us-east-1": TYPES, "eu-west-1": TYPES[:2]})
    go(data)
    prices.show("2026-01-02", {"us-east-1": TYPES})
    assert {row[2:] for row in go(data).changes} == {
        ("training", "eu-west-1", name, "false") for name in ("ml.m5.1xlarge", "ml.m5.2xlarge")
    }


def test_far_fewer_rows_than_last_time_are_refused(prices: Prices, data: Path) -> None:
    prices.show("2026-01-01", {"us-east-1": TYPES, "eu-west-1": TYPES})
    go(data)
    before = (data / "scrapes.csv").read_bytes()
    prices.show("2026-01-02", {"us-east-1": TYPES, "eu-west-1": TYPES[4:]})
    with pytest.raises(ScrapeError, match=r"eu-west-1\.txt: shows 3 things, and showed 7 .*--accept-vanished"):
        go(data)
    assert (data / "scrapes.csv").read_bytes() == before
    assert run("price_list", Request(accept_vanished=True), data).rows_changed == 4


def test_a_small_document_that_shrinks_is_refused_too(prices: Prices, data: Path) -> None:
    many = [f"ml.r5.{n}xlarge" for n in range(60)]
    prices.show("2026-01-01", {"us-east-1": many, "eu-west-1": TYPES})
    go(data)
    prices.show("2026-01-02", {"us-east-1": many, "eu-west-1": TYPES[:3]})
    with pytest.raises(ScrapeError, match=r"eu-west-1\.txt: shows 3 things, and showed 7 on 2026-01-01"):
        go(data)
    prices.show("2026-01-02", {"us-east-1": many, "eu-west-1": TYPES[:4]})
    assert go(data).rows_changed == 3


def test_much_that_is_gone_is_refused_wherever_it_was(prices: Prices, data: Path) -> None:
    regions = {f"eu-west-{n}": TYPES for n in range(1, 5)}
    prices.show("2026-01-01", regions)
    go(data)
    prices.show("2026-01-02", {name: types[1:] for name, types in regions.items()})
    with pytest.raises(ScrapeError, match=r"4 of 28 entries are gone: the structure may differ.*--accept-vanished"):
        go(data)


def test_the_last_reading_of_a_day_is_the_days_row(prices: Prices, data: Path) -> None:
    prices.show("2026-01-01", {"us-east-1": TYPES[:5]})
    go(data)
    prices.show("2026-01-02", {"us-east-1": TYPES})
    assert go(data).rows_changed == 2
    prices.show("2026-01-02", {"us-east-1": TYPES[:6]})
    go(data)
    log = read_log(PRICE_LIST.path(data), PRICE_LIST)
    assert [row[2:] for row in log.rows if row[0] == "2026-01-02"] == [
        ("training", "us-east-1", "ml.m5.16xlarge", "true")
    ]
    prices.show("2026-01-02", {"us-east-1": TYPES[:5]})
    go(data)
    log = read_log(PRICE_LIST.path(data), PRICE_LIST)
    assert [row for row in log.rows if row[0] == "2026-01-02"] == []


def test_a_second_reading_of_a_day_may_cover_other_regions(prices: Prices, data: Path) -> None:
    prices.show("2026-01-02", {"us-east-1": TYPES, "eu-west-1": TYPES}, frozenset({EVERYTHING_ELSE}))
    go(data)
    prices.show("2026-01-02", {"ap-south-1": TYPES[:2]}, frozenset({EVERYTHING_ELSE}))
    go(data)
    log = read_log(PRICE_LIST.path(data), PRICE_LIST)
    assert len(log.rows) == 16
    assert {s.document: s.rows_seen for s in read_scrapes(data / "scrapes.csv")} == {
        "us-east-1.txt": 7,
        "eu-west-1.txt": 7,
        "ap-south-1.txt": 2,
    }


def test_a_second_reading_of_a_day_may_have_another_origin(prices: Prices, data: Path) -> None:
    prices.show("2026-01-01", {"us-east-1": TYPES[:5], "eu-west-1": TYPES})
    go(data)
    prices.show("2026-01-02", {"us-east-1": TYPES, "eu-west-1": TYPES})
    go(data)
    prices.show("2026-01-02", {"us-east-1": TYPES[:6]})
    prices.readings = [
        Reading("Price List cn", date(2026, 1, 2), prices.readings[0].documents, frozenset({EVERYTHING_ELSE}))
    ]
    go(data)
    log = read_log(PRICE_LIST.path(data), PRICE_LIST)
    assert [row[1:] for row in log.rows if row[0] == "2026-01-02"] == [
        ("Price List", "training", "us-east-1", "ml.m5.16xlarge", "true")
    ]
    counts = {
        (s.origin, s.document): s.rows_changed
        for s in read_scrapes(data / "scrapes.csv")
        if s.observed_on > "2026-01-01"
    }
    assert counts[("Price List cn", "us-east-1.txt")] == 0
    assert sum(counts.values()) == 1


def test_days_without_news_leave_few_rows(prices: Prices, data: Path) -> None:
    for day in range(1, 8):
        prices.show(f"2026-01-0{day}", {"us-east-1": TYPES[: 5 + (day > 4)], "eu-west-1": TYPES})
        result = go(data)
        assert result.readings == 1
        assert result.passed_over == 0
    rows = [(s.observed_on, s.document, s.rows_changed) for s in read_scrapes(data / "scrapes.csv")]
    assert rows == [
        ("2026-01-01", "eu-west-1.txt", 7),
        ("2026-01-01", "us-east-1.txt", 5),
        ("2026-01-04", "us-east-1.txt", 0),
        ("2026-01-05", "us-east-1.txt", 1),
        ("2026-01-07", "eu-west-1.txt", 0),
        ("2026-01-07", "us-east-1.txt", 0),
    ]


def test_an_older_day_is_refused(prices: Prices, data: Path) -> None:
    prices.show("2026-01-02", {"us-east-1": TYPES})
    go(data)
    prices.show("2026-01-01", {"us-east-1": TYPES})
    with pytest.raises(ScrapeError, match=r"older than the newest reading in scrapes\.csv"):
        go(data)


def test_remarks_are_told_once_each(prices: Prices, data: Path) -> None:
    prices.show("2026-01-02", {"us-east-1": [*TYPES, "u-7"], "eu-west-1": [*TYPES, "u-7"]})
    assert go(data).remarks == ("u-7 in us-east-1 is no instance type", "u-7 in eu-west-1 is no instance type")


def test_two_documents_of_one_name_are_refused(prices: Prices, data: Path) -> None:
    prices.show("2026-01-02", {"us-east-1": TYPES})
    (reading,) = prices.readings
    prices.readings = [Reading(reading.origin, reading.observed_on, reading.documents * 2)]
    with pytest.raises(ScrapeError, match=r"us-east-1\.txt: two documents of this name"):
        go(data)


def test_replay_gives_the_same_rows(prices: Prices, data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "raw"
    prices.show("2026-01-01", {"us-east-1": TYPES, "eu-west-1": TYPES})
    go(data, keep_raw=kept)
    prices.show("2026-01-02", {"us-east-1": TYPES[1:]}, frozenset({"eu-west-1"}), "eu-west-1: 503")
    first = go(data, keep_raw=kept)
    prices.readings = []
    result = go(tmp_path / "copy", from_raw=kept)
    assert result.readings == 2
    assert (result.failures, result.changes[-1:]) == (first.failures, first.changes)
    for name in ("observations/price_list.csv", "scrapes.csv"):
        assert (tmp_path / "copy" / name).read_bytes() == (data / name).read_bytes()
    again = go(tmp_path / "copy", from_raw=kept)
    assert (again.readings, again.passed_over) == (0, 2)


def test_what_fails_to_parse_is_kept_all_the_same(prices: Prices, data: Path, tmp_path: Path) -> None:
    prices.show("2026-01-01", {"us-east-1": ["of two words"]})
    with pytest.raises(ValueError, match="too many values"):
        go(data, keep_raw=tmp_path / "raw")
    (reading,) = raw.kept(tmp_path / "raw", "price_list")
    assert reading == prices.readings[0]


def test_a_large_document_stays_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "big.json"
    file.write_bytes(b"{}" * 1000)
    reading = Reading("Price List", date(2026, 1, 1), (Document("a/us-east-1.json", b"", "https://x.test", file=file),))
    folder = raw.keep(tmp_path / "raw", "price_list", reading)
    file.unlink()
    (back,) = raw.kept(tmp_path / "raw", "price_list")
    (document,) = back.documents
    assert document.content == b""
    assert document.file is not None
    assert document.file.parent == folder
    assert document.open().read() == b"{}" * 1000


def test_kept_readings_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ScrapeError, match="no kept readings"):
        list(raw.kept(tmp_path, "price_list"))
    reading = Reading("Price List", date(2026, 1, 1), (Document("us-east-1.txt", b"training ml.x\n"),))
    folder = raw.keep(tmp_path, "price_list", reading)
    assert raw.keep(tmp_path, "price_list", reading).name == "2026-01-01-002"
    (folder / "0000.txt").write_bytes(b"training ml.y\n")
    with pytest.raises(ScrapeError, match=r"0000\.txt: not the bytes that were kept"):
        list(raw.kept(tmp_path, "price_list"))
    (folder / "0000.txt").unlink()
    with pytest.raises(ScrapeError, match=r"0000\.txt: cannot be read"):
        list(raw.kept(tmp_path, "price_list"))
    (folder / "reading.json").write_text('{"origin": "x", "observed_on": "soon"}')
    with pytest.raises(ScrapeError, match="observed_on is no date"):
        list(raw.kept(tmp_path, "price_list"))


def test_a_log_with_regions_is_read_strictly(tmp_path: Path) -> None:
    head = "observed_on,origin,ec2_type,fact,region,value\n"
    rows = [
        "2026-01-01,EC2 API,m5.large,hypervisor,all,nitro",
        "2026-01-01,EC2 API,m5.large,is_present,eu-west-1,true",
        "2026-01-01,EC2 API,m5.large,is_present,us-east-1,true",
        "2026-01-02,EC2 API,m5.large,is_present,eu-west-1,false",
        "2026-01-03,EC2 API,m5.large,hypervisor,all,xen",
    ]
    path = tmp_path / "ec2_api.csv"
    log = parse_log((head + "\n".join(rows) + "\n").encode(), path, EC2_API)
    assert log.state["m5.large", "hypervisor", "all"] == "xen"
    gone = [*rows[:4], "2026-01-02,EC2 API,m5.large,is_present,us-east-1,false", rows[4]]
    with pytest.raises(InputError, match=r"a fact about m5\.large on a date on which is_present is not true"):
        parse_log((head + "\n".join(gone) + "\n").encode(), path, EC2_API)
    wrong = [rows[0].replace("hypervisor", "colour"), *rows[1:]]
    with pytest.raises(InputError, match="unknown fact 'colour'"):
        parse_log((head + "\n".join(wrong) + "\n").encode(), path, EC2_API)
