"""Reading the price list: which files, what happens to those that cannot be read, and a whole run against a server."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest

from kb.dataset.logs import read_log, read_scrapes
from scrapers import SCRAPERS
from scrapers.base import EVERYTHING_ELSE, Reading, Request, ScrapeError, Unreachable
from scrapers.engine import run
from scrapers.prices.price_list import PriceList
from scrapers.reading import http
from scrapers.reading.http import Limits, Page
from scrapers.reading.http_client import Client
from tests.scrapers.prices.offers import HOST, INDEX_PATH, offer, offer_path, product, region_index, site
from tests.scrapers.prices.server import Server

SCRAPER = PriceList()
CHINA = "https://pricing.cn-north-1.amazonaws.com.cn"
CHINA_INDEX = "/offers/v1.0/cn/AmazonSageMaker/current/region_index.json"
LISTED = {
    "eu-west-1": {"hosting": ["ml.m5.xlarge"], "training": ["ml.g5.xlarge"]},
    "us-east-1": {"hosting": ["ml.m5.xlarge", "ml.g6f.xlarge"]},
    "us-west-2": {"notebook": ["ml.t3.medium"]},
}


class FakeClient:
    """Answers from a table, by URL: bytes, or an error."""

    def __init__(self, answers: Mapping[str, bytes | ScrapeError]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append("closed")

    def get(self, url: str, *, content_types: tuple[str, ...], max_bytes: int = 20_000_000) -> Page:
        assert max_bytes <= 20_000_000
        content = self._answer(url, content_types)
        return Page(url, content)

    def download(self, url: str, target: Path, *, content_types: tuple[str, ...], max_bytes: int) -> Page:
        assert max_bytes >= 100_000_000
        content = self._answer(url, content_types)
        target.write_bytes(content)
        return Page(url)

    def _answer(self, url: str, content_types: tuple[str, ...]) -> bytes:
        assert "application/json" in content_types
        assert "text/html" not in content_types
        self.asked.append(url)
        answer = self.answers.get(url, ScrapeError(url, "status 404 (Not Found)", "Compare."))
        if isinstance(answer, ScrapeError):
            raise answer
        return answer


def answers() -> dict[str, bytes | ScrapeError]:
    """The answers of a small price list."""
    return {HOST + path: content for path, content in site(LISTED).items()}


def fetched(monkeypatch: pytest.MonkeyPatch, fake: FakeClient, **asked: Any) -> Reading:
    """The reading of a run with this client; its files are gone."""
    monkeypatch.setattr(http, "client", lambda request: fake)
    (reading,) = SCRAPER.fetch(Request(**asked))
    return reading


def names(reading: Reading) -> list[str]:
    return [document.name for document in reading.documents]


def test_reads_the_index_and_every_region(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(answers())
    told: list[str] = []
    monkeypatch.setattr(http, "client", lambda request: fake)
    readings = SCRAPER.fetch(Request(progress=told.append))
    reading = next(readings)
    assert reading.origin == "AWS Price List"
    assert reading.observed_on == datetime.now(UTC).date()
    assert names(reading) == ["eu-west-1.json", "us-east-1.json", "us-west-2.json", "region_index.json"]
    assert reading.unread == {EVERYTHING_ELSE}
    assert reading.failures == ()
    for document in reading.documents[:-1]:
        region = document.name.removesuffix(".json")
        assert document.url == HOST + offer_path(region)
        assert (document.content, document.profile) == (b"", "")
        assert document.file is not None
        assert document.file.read_bytes() == offer(region, LISTED[region])
        assert document.sha256 == hashlib.sha256(offer(region, LISTED[region])).hexdigest()
    assert told[1] == "AWS Price List: us-east-1 (2 of 3)"
    files = [document.file for document in reading.documents if document.file is not None]
    assert len(files) == 3
    assert list(readings) == []
    assert not any(file.parent.exists() for file in files)
    assert fake.asked[0] == HOST + INDEX_PATH
    assert fake.asked[-1] == "closed"


def test_files_are_removed_when_the_reading_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "client", lambda request: FakeClient(answers()))
    readings = SCRAPER.fetch(Request())
    file = next(readings).documents[0].file
    assert file is not None
    assert file.exists()
    readings.close()  # type: ignore[attr-defined]
    assert not file.exists()


def test_reads_only_the_regions_that_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(answers())
    reading = fetched(monkeypatch, fake, regions=("us-west-2", "us-west-2"))
    assert names(reading) == ["us-west-2.json", "region_index.json"]
    assert fake.asked == [HOST + INDEX_PATH, HOST + offer_path("us-west-2"), "closed"]


def test_a_region_that_cannot_be_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answers()
    del made[HOST + offer_path("us-east-1")]
    reading = fetched(monkeypatch, FakeClient(made))
    assert names(reading) == ["eu-west-1.json", "us-west-2.json", "region_index.json"]
    assert reading.unread == {EVERYTHING_ELSE, "us-east-1"}
    assert reading.failures == (f"us-east-1: {HOST}{offer_path('us-east-1')}: status 404 (Not Found). Compare.",)


def test_an_unknown_region_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = fetched(monkeypatch, FakeClient(answers()), regions=("us-east-1", "us-moon-1"))
    assert names(reading) == ["us-east-1.json", "region_index.json"]
    assert "us-moon-1" in reading.unread
    assert reading.failures == ("us-moon-1: not in the region index of the price list. Check the name.",)
    with pytest.raises(ScrapeError, match="us-moon-1: not in the region index"):
        fetched(monkeypatch, FakeClient(answers()), regions=("us-moon-1",))


def test_nothing_is_asked_for_any_more_when_the_site_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = [*LISTED, "ap-east-1", "ca-central-1", "sa-east-1"]
    made = answers() | {HOST + INDEX_PATH: region_index(regions)}
    for region in regions[1:]:
        made[HOST + offer_path(region)] = Unreachable(region, "no connection", "Try again.")
    fake = FakeClient(made)
    reading = fetched(monkeypatch, fake)
    assert names(reading) == ["eu-west-1.json", "region_index.json"]
    assert len(fake.asked) == 1 + 3 + 1
    assert reading.unread == {EVERYTHING_ELSE, *regions[1:]}
    assert reading.failures[-1] == "sa-east-1: not asked for, because the price list is out of reach"


@pytest.mark.parametrize("kind", [ScrapeError, Unreachable])
def test_a_price_list_without_an_index_or_a_region_is_an_error(
    monkeypatch: pytest.MonkeyPatch, kind: type[ScrapeError]
) -> None:
    broken = kind("there", "something", "Do this.")
    with pytest.raises(kind) as caught:
        fetched(monkeypatch, FakeClient({HOST + INDEX_PATH: broken}))
    assert type(caught.value) is kind
    made: dict[str, bytes | ScrapeError] = {HOST + INDEX_PATH: region_index(LISTED)}
    made |= {HOST + offer_path(region): broken for region in LISTED}
    with pytest.raises(kind) as caught:
        fetched(monkeypatch, FakeClient(made))
    assert type(caught.value) is kind


GOOD = json.loads(region_index(["us-east-1"]))


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (b"<html>", "not a JSON document"),
        (b"[]", r"at \$: an object expected"),
        (b"{}", "no member 'formatVersion'"),
        (GOOD | {"formatVersion": "v2.0"}, "unknown value 'v2.0'"),
        (GOOD | {"regions": {}}, r"at \$.regions: no Region"),
        (GOOD | {"regions": []}, "an object expected, found an array"),
        (GOOD | {"regions": {"us-east-1": {"regionCode": "us-east-1"}}}, "no member 'currentVersionUrl'"),
        (GOOD | {"regions": {"us-east-2": GOOD["regions"]["us-east-1"]}}, r"regionCode: 'us-east-2' expected"),
        (
            GOOD
            | {"regions": {"us-east-1": {"regionCode": "us-east-1", "currentVersionUrl": offer_path("us-east-2")}}},
            "not the path of an offer file of this Region",
        ),
        (
            GOOD | {"regions": {"us-east-1": {"regionCode": "us-east-1", "currentVersionUrl": "https://a.example/x"}}},
            "not the path of an offer file of this Region",
        ),
        (region_index(["US East (N. Virginia)"]), r"at \$.regions: no Region"),
    ],
)
def test_a_changed_index_is_refused(monkeypatch: pytest.MonkeyPatch, index: Any, message: str) -> None:
    content = index if isinstance(index, bytes) else json.dumps(index).encode()
    with pytest.raises(ScrapeError, match=message) as caught:
        fetched(monkeypatch, FakeClient(answers() | {HOST + INDEX_PATH: content}))
    assert "region_index.json" in str(caught.value)


def test_zones_are_passed_over_and_other_places_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    index = region_index(["us-east-1", "us-west-2-lax-1", "us-east-1-wl1-bos-wlz-1", "aws-global"])
    reading = fetched(monkeypatch, FakeClient(answers() | {HOST + INDEX_PATH: index}))
    assert names(reading) == ["us-east-1.json", "region_index.json"]
    assert reading.failures == ("aws-global: neither a Region nor a zone of one, so it is not read",)


def test_china_is_read_from_its_own_site_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answers() | {
        CHINA + CHINA_INDEX: region_index(["cn-north-1", "cn-northwest-1"], "cn"),
        CHINA + offer_path("cn-north-1", "cn"): offer("cn-north-1", LISTED["us-east-1"]),
    }
    fake = FakeClient(made)
    reading = fetched(monkeypatch, fake, regions=("cn-north-1", "us-west-2"))
    assert names(reading) == ["us-west-2.json", "cn-north-1.json", "region_index.json", "cn/region_index.json"]
    fake = FakeClient(made)
    reading = fetched(monkeypatch, fake, regions=("cn-north-1",))
    assert names(reading) == ["cn-north-1.json", "cn/region_index.json"]
    assert not any(url.startswith(HOST) for url in fake.asked)
    del made[CHINA + CHINA_INDEX]
    reading = fetched(monkeypatch, FakeClient(made), regions=("cn-north-1", "us-west-2"))
    assert names(reading) == ["us-west-2.json", "region_index.json"]
    assert reading.unread == {EVERYTHING_ELSE, "cn-north-1"}
    assert reading.failures[0].startswith(f"region index: {CHINA}{CHINA_INDEX}: status 404")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A running server with the small price list, and a client that does not wait between requests to it."""
    quick = Limits(connect_timeout=5, read_timeout=5, total_timeout=20, retries=1, backoff=0.01, delay=0)
    monkeypatch.setattr(http, "client", lambda request: Client(request, quick))
    monkeypatch.setitem(SCRAPERS, SCRAPER.source, SCRAPER)
    with Server(site(LISTED)) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty data folder."""
    (tmp_path / "data" / "observations").mkdir(parents=True)
    return tmp_path / "data"


def run_it(server: Server, data: Path, **options: Any) -> run.RunResult:
    return run.run(SCRAPER.source, Request(mirrors=server.mirror), data, **options)


def state(data: Path) -> dict[tuple[str, ...], str]:
    return read_log(SCRAPER.log.path(data), SCRAPER.log).state


def test_a_run_writes_the_log_and_a_replay_writes_the_same(server: Server, data: Path, tmp_path: Path) -> None:
    result = run_it(server, data, keep_raw=tmp_path / "raw")
    assert (result.readings, result.rows_seen, result.rows_changed) == (1, 5, 5)
    assert result.remarks == result.failures == ()
    assert state(data) == {
        (component, region, name): "true"
        for region, components in LISTED.items()
        for component, types in components.items()
        for name in types
    }
    scrapes = {scrape.document: scrape for scrape in read_scrapes(data / "scrapes.csv")}
    assert set(scrapes) == {"eu-west-1.json", "us-east-1.json", "us-west-2.json", "region_index.json"}
    assert scrapes["us-east-1.json"].sha256 == hashlib.sha256(offer("us-east-1", LISTED["us-east-1"])).hexdigest()
    assert scrapes["us-east-1.json"].url == server.mirror[HOST] + offer_path("us-east-1")
    assert (scrapes["us-east-1.json"].rows_seen, scrapes["us-east-1.json"].rows_changed) == (2, 2)

    again = tmp_path / "again"
    (again / "observations").mkdir(parents=True)
    replayed = run_it(server, again, from_raw=tmp_path / "raw")
    assert replayed.changes == result.changes
    for file in ("observations/price_list.csv", "scrapes.csv"):
        assert (again / file).read_bytes() == (data / file).read_bytes()


def test_a_second_run_asks_whether_the_index_still_holds(server: Server, data: Path, tmp_path: Path) -> None:
    request = Request(mirrors=server.mirror, cache_dir=tmp_path / "cache")
    run.run(SCRAPER.source, request, data)
    before = (data / "scrapes.csv").read_bytes()
    assert run.run(SCRAPER.source, request, data).rows_changed == 0
    assert (data / "scrapes.csv").read_bytes() == before
    assert [status for path, status in server.asked if path == INDEX_PATH] == [200, 304]


def test_a_new_and_a_vanished_type_and_a_lost_region(server: Server, data: Path) -> None:
    many = {"hosting": [f"ml.c{n}.xlarge" for n in range(4, 24)]}
    server.files[offer_path("us-east-1")] = offer("us-east-1", many)
    run_it(server, data)
    many["hosting"] = [*many["hosting"][1:], "ml.g7.xlarge"]
    server.files[offer_path("us-east-1")] = offer("us-east-1", many)
    del server.files[offer_path("eu-west-1")]
    server.files[INDEX_PATH] = region_index(["eu-west-1", "us-east-1"])
    result = run_it(server, data)
    found = state(data)
    assert found["hosting", "us-east-1", "ml.g7.xlarge"] == "true"
    assert ("hosting", "us-east-1", "ml.c4.xlarge") not in found  # it came and went on one day
    assert found["training", "eu-west-1", "ml.g5.xlarge"] == "true"
    assert found["notebook", "us-west-2", "ml.t3.medium"] == "true"
    assert len(result.failures) == 1
    assert "status 404" in result.failures[0]


@pytest.mark.parametrize("damage", ["cut", "html", "other region", "other offer", "mass loss"])
def test_a_damaged_file_changes_nothing(server: Server, data: Path, damage: str) -> None:
    many = {"hosting": [f"ml.c{n}.xlarge" for n in range(4, 24)]}
    path = offer_path("us-east-1")
    server.files[path] = offer("us-east-1", many)
    run_it(server, data)
    before = {file: file.read_bytes() for file in data.rglob("*.csv")}
    server.files[path] = {
        "cut": server.files[path][:-100],
        "html": b"<html><body>Sign in</body></html>",
        "other region": offer("us-east-2", many),
        "other offer": server.files[path].replace(b'"offerCode" : "AmazonSageMaker"', b'"offerCode" : "AmazonEC2"'),
        "mass loss": offer("us-east-1", {"hosting": many["hosting"][:10]}),
    }[damage]
    with pytest.raises(ScrapeError):
        run_it(server, data)
    assert {file: file.read_bytes() for file in data.rglob("*.csv")} == before


def test_what_is_not_clear_does_not_vanish_in_a_run(server: Server, data: Path) -> None:
    many = [product("us-east-1", "hosting", f"ml.c{n}.xlarge") for n in range(4, 34)]
    path = offer_path("us-east-1")
    server.files[path] = offer("us-east-1", {"hosting": [one["attributes"]["instanceName"] for one in many]})
    run_it(server, data)
    before = state(data)
    server.files[path] = server.files[path].replace(b"USE1-Host:ml.c4.xlarge", b"USE1-Hst:ml.c4.xlarge")
    result = run_it(server, data)
    assert state(data) == before
    assert len(result.remarks) == 1
    assert "unknown usage word 'Hst' (1 product: sku " in result.remarks[0]


def test_no_network_is_unreachable(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Limits(connect_timeout=1, retries=0, total_timeout=2, delay=0)
    monkeypatch.setattr(http, "client", lambda request: Client(request, quick))
    monkeypatch.setitem(SCRAPERS, SCRAPER.source, SCRAPER)
    with Server({}) as closed:
        mirror = closed.mirror
    with pytest.raises(Unreachable):
        run.run(SCRAPER.source, Request(mirrors=mirror), data)
    assert not SCRAPER.log.path(data).exists()


def test_the_scraper_says_what_it_is() -> None:
    assert (SCRAPER.source, SCRAPER.log.name) == ("price_list", "price_list")
    assert (SCRAPER.needs, SCRAPER.is_live) == ("internet", True)
