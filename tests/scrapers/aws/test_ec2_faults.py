"""The EC2 API when Regions differ, change, are denied, or are down."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import scrapers
from kb.dataset.log_specs import ALL_REGIONS, EC2_API, PRESENCE
from kb.dataset.logs import read_log, read_scrapes
from kb.pipeline.inputs import _check_readings
from scrapers import clock
from scrapers.base import EVERYTHING_ELSE, Reading, Request, Rows, ScrapeError, Unreachable
from scrapers.ec2 import api
from scrapers.ec2.api import OFFERINGS, TYPES, Ec2Api
from scrapers.engine.run import RunResult, run
from scrapers.reading import aws
from tests.scrapers.aws.fake import Answer, Call, FakeAws, Fault, body, closed, edited, error, lost, shortened
from tests.scrapers.aws.worlds import data_folder, m5d, region
from tests.scrapers.builders import record

API = Ec2Api()
EAST, WEST, SOUTH = "us-east-1", "eu-west-1", "ap-south-1"
OTHERS = [record(f"r5.{size}xlarge") for size in (2, 4, 8, 12)]
GB, ALL = "instance_store_gb", ALL_REGIONS


@pytest.fixture
def world(fake: FakeAws, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """Three Regions that have the same, read in small pages."""
    monkeypatch.setattr(api, "PAGE_SIZES", {TYPES: 5, OFFERINGS: 5})
    fake.regions = {name: region(name, m5d(), record("c5.large"), *OTHERS) for name in (EAST, WEST, SOUTH)}
    return fake


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(scrapers.SCRAPERS, API.source, API)
    return data_folder(tmp_path / "data", "m5d.xlarge", "m5d.large", "c5.large")


def fetched() -> Reading:
    (reading,) = API.fetch(Request())
    return reading


def go(data: Path, monkeypatch: pytest.MonkeyPatch, day: int, *regions: str) -> tuple[RunResult, Rows]:
    """One run, so many days after the first; the facts that changed, without those of new types."""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(days=50 - day))
    monkeypatch.setattr(clock, "heard", lambda headers: None)  # the server's clock is the real one
    result = run("ec2_api", Request(regions=regions, accept_vanished=True), data)
    _check_readings(result.log_path, read_log(result.log_path, EC2_API), read_scrapes(data / "scrapes.csv"))
    return result, {row[2:-1]: row[-1] for row in result.changes}


def forever(token: Callable[[int], int]) -> Fault:
    """Every page promises another one."""
    pages = count(1)

    def fault(call: Call, answer: Answer) -> Answer:
        rest = re.sub(rb"<nextToken>.*?</nextToken>", b"", answer.body)
        promise = f"<nextToken>{token(next(pages))}</nextToken></DescribeInstanceTypesResponse>".encode()
        return Answer(answer.status, rest.replace(b"</DescribeInstanceTypesResponse>", promise), answer.content_type)

    return fault


FAULTS: list[tuple[Fault, str]] = [
    (error(403, "UnauthorizedOperation"), r"denied \(UnauthorizedOperation\)"),
    (error(401, "AuthFailure"), r"denied \(AuthFailure\)"),
    (error(401, "OptInRequired"), r"denied \(OptInRequired\)"),
    (error(403, "AccessDenied"), r"denied \(AccessDenied\)"),
    (error(400, "ExpiredToken"), r"the credentials have expired \(ExpiredToken\)"),
    (error(500, "InternalError"), r"failed \(InternalError, HTTP 500\)"),
    (error(503, "Unavailable"), r"failed \(Unavailable, HTTP 503\)"),
    (error(503, "RequestLimitExceeded"), r"failed \(RequestLimitExceeded, HTTP 503\)"),
    (body(b"<html><body><b>Http/1.1 Service Unavailable</b></body> </html>", status=503), "failed .*HTTP 503"),
    (body(b"<html><p>Sign in</html>"), "an answer that cannot be parsed"),
    (body(b"<html><body>Sign in</body></html>"), "an answer without InstanceTypes"),
    (body(b"{}", "application/json"), "an answer that cannot be parsed"),
    (body(b""), "an answer that cannot be parsed"),
    (shortened, "an answer that cannot be parsed"),
    (lost, "an answer that cannot be parsed"),
    (closed, "no connection .Connection was closed"),
    (edited(b"(?s)<instanceTypeSet>.*</instanceTypeSet>", b"<instanceTypeSet/>"), "no InstanceTypes at all"),
    (edited(b"(?s)<instanceTypeSet>.*</instanceTypeSet>", b""), "an answer without InstanceTypes"),
    (edited(b"<nextToken>5</nextToken>", b"<nextToken>3</nextToken>"), "2 of 9 InstanceTypes came twice"),
    (forever(lambda page: 5), "Error during pagination: The same next token"),
    (forever(lambda page: -page), "more than 6 pages"),
    (edited(b"<defaultVCpus>4<", b"<defaultVCpus>four<"), "an answer that cannot be parsed"),
]


def test_regions_that_fail_are_told_and_the_others_are_read(world: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "LIMITS", aws.Limits(2, 2, attempts=2, start_attempts=1, regions_at_once=len(FAULTS)))
    monkeypatch.setattr(aws, "MAX_PAGES", 6)
    broken = {f"xx-test-{number}": fault for number, fault in enumerate(FAULTS, 1)}
    for name, (fault, _) in broken.items():
        world.regions[name] = region(name, m5d(), *OTHERS)
        world.fail(TYPES, name, fault)
    reading = fetched()
    assert [d.name for d in reading.documents[::2]] == [f"{TYPES}/{name}.json" for name in (SOUTH, WEST, EAST)]
    assert reading.unread == {EVERYTHING_ELSE, *broken}
    failures = dict(zip(sorted(broken), reading.failures, strict=True))
    for name, (_, message) in broken.items():
        assert re.match(rf"{TYPES} in {name}: ({message})", failures[name]), failures[name]
    assert "123456789012" not in " ".join(reading.failures)


def test_a_region_that_never_answers(world: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "LIMITS", aws.Limits(1, 0.3, attempts=1, start_attempts=1))
    world.fail(OFFERINGS, SOUTH, world.silent)
    reading = fetched()
    assert len(reading.documents) == 4
    assert re.match(f"{OFFERINGS} in {SOUTH}: no connection .Read timeout", reading.failures[0])


def test_what_goes_wrong_once_is_tried_again(world: FakeAws) -> None:
    faults = (closed, error(503, "Unavailable"), error(503, "RequestLimitExceeded"), error(500, "InternalError"))
    for number, fault in enumerate(faults, 1):
        name = f"xx-test-{number}"
        world.regions[name] = region(name, m5d())
        world.fail(TYPES, name, fault, times=1)
    reading = fetched()
    assert (len(reading.documents), reading.failures) == (2 * 7, ())
    assert sum(call.action == TYPES for call in world.calls) == 3 * 2 + 4 * 2


def test_pages_are_asked_for_one_after_the_other(world: FakeAws) -> None:
    fetched()
    asked = [call.arguments for call in world.calls if (call.action, call.region) == (OFFERINGS, EAST)]
    assert [(a["MaxResults"], a.get("NextToken"), a["LocationType"]) for a in asked] == [
        ("5", None, "region"),
        ("5", "5", "region"),
    ]
    assert {call.arguments["AllRegions"] for call in world.calls if call.action == "DescribeRegions"} == {"false"}


def test_documents_do_not_depend_on_the_order(world: FakeAws) -> None:
    before = [document.sha256 for document in fetched().documents]
    for lists in world.regions.values():
        for listed in lists.values():
            listed.reverse()
    assert [document.sha256 for document in fetched().documents] == before


def test_every_region_denied_is_no_missing_network(world: FakeAws) -> None:
    for name in (EAST, WEST, SOUTH):
        world.fail(TYPES, name, error(403, "UnauthorizedOperation"))
    message = rf"^{TYPES} in {SOUTH}: denied \(UnauthorizedOperation\) \(no Region of 3 could be read\)\. .*README"
    with pytest.raises(ScrapeError, match=message) as raised:
        fetched()
    assert not isinstance(raised.value, Unreachable)


def test_no_region_reached_is_unreachable_unless_one_answered(world: FakeAws) -> None:
    for name in (EAST, WEST, SOUTH):
        world.fail(TYPES, name, closed)
    with pytest.raises(Unreachable, match=r"no connection .*\(no Region of 3 could be read\)"):
        fetched()
    world.fail(TYPES, EAST, error(500, "InternalError"))
    with pytest.raises(ScrapeError, match=rf"{TYPES} in {EAST}: failed") as raised:
        fetched()
    assert not isinstance(raised.value, Unreachable)


def test_news_from_every_region(world: FakeAws, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go(data, monkeypatch, 0)
    for name in world.regions:
        world.regions[name] = region(name, m5d(300), record("m5d.large", [(1, 75, "ssd")]))
    result, changes = go(data, monkeypatch, 1)
    assert {key: value for key, value in changes.items() if key[0] != "m5d.large"} == {
        ("m5d.xlarge", GB, ALL): "300",
        ("m5d.xlarge", "instance_store_disks", ALL): "1x300 ssd",
        **{("c5.large", PRESENCE, name): "false" for name in (EAST, WEST, SOUTH)},
    }
    assert changes["m5d.large", GB, ALL] == "75"
    assert {key[2] for key in changes if key[:2] == ("m5d.large", PRESENCE)} == {EAST, WEST, SOUTH}
    assert result.failures == ()


def test_a_change_in_some_regions_is_contested_until_the_others_follow(
    world: FakeAws, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(data, monkeypatch, 0)
    world.regions[EAST] = region(EAST, m5d(300), record("c5.large"))
    _, changes = go(data, monkeypatch, 1)
    assert {key[2]: value for key, value in changes.items() if key[1] == GB} == {
        ALL: "",
        EAST: "300",
        WEST: "150",
        SOUTH: "150",
    }
    assert {key[1] for key in changes} == {GB, "instance_store_disks"}
    world.regions[WEST] = region(WEST, m5d(300), record("c5.large"))
    _, changes = go(data, monkeypatch, 2, WEST)
    assert {key[2]: value for key, value in changes.items() if key[1] == GB} == {WEST: "300"}
    world.regions[SOUTH] = region(SOUTH, m5d(300), record("c5.large"))
    _, changes = go(data, monkeypatch, 3)
    assert {key[2]: value for key, value in changes.items() if key[1] == GB} == {
        ALL: "300",
        EAST: "",
        WEST: "",
        SOUTH: "",
    }


def test_a_region_that_fails_keeps_what_the_log_says_of_it(
    world: FakeAws, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(data, monkeypatch, 0)
    for name in world.regions:
        world.regions[name] = region(name, m5d(300))
    world.fail(OFFERINGS, WEST, error(403, "UnauthorizedOperation"))
    result, changes = go(data, monkeypatch, 1)
    assert {key[2]: value for key, value in changes.items() if key[1] == PRESENCE} == {EAST: "false", SOUTH: "false"}
    assert {key[2]: value for key, value in changes.items() if key[1] == GB} == {
        ALL: "",
        EAST: "300",
        SOUTH: "300",
        WEST: "150",
    }
    assert result.failures == (f"{OFFERINGS} in {WEST}: denied (UnauthorizedOperation)",)
    world.faults.clear()
    result, changes = go(data, monkeypatch, 2)
    assert changes["c5.large", PRESENCE, WEST] == "false"
    assert (changes["m5d.xlarge", GB, ALL], changes["m5d.xlarge", GB, WEST]) == ("300", "")


def test_a_damaged_record_changes_nothing(world: FakeAws, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go(data, monkeypatch, 0)
    before = {path: path.read_bytes() for path in sorted(data.rglob("*.csv"))}
    world.fail(TYPES, EAST, edited(b"<hypervisor>nitro</hypervisor>", b"<hypervisor>kvm</hypervisor>"))
    with pytest.raises(ScrapeError, match=rf"{TYPES}/{EAST}\.json at .*unknown value 'kvm'"):
        go(data, monkeypatch, 1)
    assert {path: path.read_bytes() for path in sorted(data.rglob("*.csv"))} == before


def test_answers_tell_the_time(world: FakeAws, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is weeks behind what the servers say is noticed, also where every call is denied."""
    before = {path: path.read_bytes() for path in data.rglob("*.csv")}
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(days=20))
    with pytest.raises(clock.ClockError, match="a server answered that it was"):
        run("ec2_api", Request(), data)
    clock.begin([])
    world.faults["DescribeRegions", EAST] = (error(403, "UnauthorizedOperation"), None)
    with pytest.raises(ScrapeError, match="denied"):
        fetched()
    with pytest.raises(clock.ClockError, match="a server answered that it was"):
        clock.require([])
    assert {path: path.read_bytes() for path in data.rglob("*.csv")} == before
