"""The EC2 API through boto3 against a moto server: the real protocol, pages, Regions, partitions, log and replay."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import moto.ec2
import pytest

import scrapers
from kb.dataset.log_specs import ALL_REGIONS, EC2_API, PRESENCE, STORAGE_FACTS
from kb.dataset.logs import Log, read_log, read_scrapes
from kb.pipeline.inputs import _check_readings
from scrapers.base import EVERYTHING_ELSE, Reading, Request
from scrapers.ec2 import api
from scrapers.ec2.api import OFFERINGS, TYPES, Ec2Api
from scrapers.engine.run import RunResult, run
from tests.scrapers.aws.launch_moto import CHINA, FAMILIES
from tests.scrapers.aws.worlds import data_folder

API = Ec2Api()


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `run` know the scraper, and ask for small pages."""
    monkeypatch.setitem(scrapers.SCRAPERS, API.source, API)
    monkeypatch.setattr(api, "PAGE_SIZES", {TYPES: 30, OFFERINGS: 50})


@pytest.fixture(scope="module")
def packaged() -> dict[str, Any]:
    """The records that moto serves, by EC2 type."""
    path = Path(moto.ec2.__file__).parent / "resources" / "instance_types.json.gz"
    found: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return {name: record for name, record in found.items() if name.split(".")[0] in FAMILIES}


def fetched(**request: Any) -> Reading:
    (reading,) = API.fetch(Request(**request))
    return reading


def go(data: Path, **options: Any) -> tuple[RunResult, Log]:
    """One run; the log holds as many rows of each reading as scrapes.csv says."""
    result = run("ec2_api", options.pop("request", Request()), data, **options)
    log = read_log(result.log_path, EC2_API)
    _check_readings(result.log_path, log, read_scrapes(data / "scrapes.csv"))
    return result, log


def test_every_page_of_every_region(moto: str, packaged: dict[str, Any]) -> None:
    told: list[str] = []
    reading = fetched(progress=told.append)
    assert (reading.origin, set(reading.unread), reading.failures) == ("EC2 API", {EVERYTHING_ELSE}, ())
    regions = ("eu-west-1", "us-east-1", "us-west-2")
    assert [d.name for d in reading.documents] == [f"{call}/{r}.json" for r in regions for call in (TYPES, OFFERINGS)]
    assert {d.url for d in reading.documents} == {moto}
    assert sorted(words.split()[2] for words in told) == sorted(regions)
    assert "(3 of 3)" in told[-1]
    east = json.loads(reading.documents[2].content)
    assert len(east["InstanceTypes"]) > 2 * 30
    for record in east["InstanceTypes"]:
        assert record == packaged[record["InstanceType"]]


def test_documents_do_not_depend_on_pages(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fetched(regions=("us-east-1",))
    monkeypatch.setattr(api, "PAGE_SIZES", {TYPES: 100, OFFERINGS: 1000})
    assert [d.sha256 for d in fetched(regions=("us-east-1",)).documents] == [d.sha256 for d in first.documents]


def test_what_the_log_says_is_what_the_packaged_capture_says(
    moto: str, packaged: dict[str, Any], tmp_path: Path
) -> None:
    names = ("m5d.xlarge", "p4d.24xlarge", "g6f.xlarge", "i3en.large", "trn1.2xlarge", "inf1.xlarge", "t3.medium")
    result, log = go(data_folder(tmp_path, *names))
    assert result.remarks == ()
    assert result.rows_seen == 2 * sum(len(API.parse(d)) for d in fetched().documents[1::2])
    assert {key[0] for key in log.state} == {*names, "g5.xlarge", "inf2.xlarge"}
    assert {key[2] for key in log.state if key[1] != PRESENCE} == {ALL_REGIONS}
    for name in names:
        disks = packaged[name].get("InstanceStorageInfo", {"TotalSizeInGB": 0})
        assert log.state[name, "instance_store_gb", ALL_REGIONS] == str(disks["TotalSizeInGB"])
        assert log.state[name, "vcpus", ALL_REGIONS] == str(packaged[name]["VCpuInfo"]["DefaultVCpus"])
    assert log.state["g6f.xlarge", "gpu_partition_size", ALL_REGIONS] == "0.125"
    assert {region for name, fact, region in log.state if (name, fact) == ("t3.medium", PRESENCE)} == {
        "eu-west-1",
        "us-east-1",
        "us-west-2",
    }


def test_a_second_reading_says_nothing_new(moto: str, tmp_path: Path) -> None:
    data = data_folder(tmp_path, "m5d.xlarge", "g6f.xlarge")
    go(data)
    before = (data / "observations" / "ec2_api.csv").read_bytes()
    result, _ = go(data, request=Request(regions=("us-west-2",)))
    assert (result.rows_changed, result.readings) == (0, 1)
    assert (data / "observations" / "ec2_api.csv").read_bytes() == before


def test_replay_gives_the_same_rows(moto: str, tmp_path: Path) -> None:
    first, copy = (data_folder(tmp_path / name, "m5d.xlarge", "g6f.xlarge") for name in ("first", "copy"))
    go(first, keep_raw=tmp_path / "raw")
    go(copy, from_raw=tmp_path / "raw")
    for name in ("observations/ec2_api.csv", "scrapes.csv"):
        assert (copy / name).read_bytes() == (first / name).read_bytes()


def test_a_profile_of_the_china_partition(moto: str, home: Path, tmp_path: Path) -> None:
    text = f"[profile china]\nregion = cn-north-1\nendpoint_url = {moto}\n"
    (home / ".aws" / "config").write_text(text)
    (home / ".aws" / "credentials").write_text("[china]\naws_access_key_id = AKIACHINA\naws_secret_access_key = x\n")
    reading = fetched(profile="china")
    assert (reading.origin, reading.failures) == ("EC2 API aws-cn", ())
    assert [d.name for d in reading.documents[::2]] == [f"{TYPES}/cn-north-1.json", f"{TYPES}/cn-northwest-1.json"]
    families = {key[0].split(".")[0] for key in API.parse(reading.documents[0])}
    assert families == CHINA

    data = data_folder(tmp_path, "m5d.xlarge", "g6f.xlarge")
    go(data)
    result, log = go(data, request=Request(profile="china"))
    assert {(row[1], row[3], row[4]) for row in result.changes} == {
        ("EC2 API aws-cn", PRESENCE, "cn-north-1"),
        ("EC2 API aws-cn", PRESENCE, "cn-northwest-1"),
    }
    assert {log.state["m5d.xlarge", fact, ALL_REGIONS] for fact in STORAGE_FACTS} >= {"150", "1x150 ssd", "nitro"}
    assert log.state["g6f.xlarge", PRESENCE, "us-east-1"] == "true"
