"""What the log says after any sequence of readings, compared with what each Region last said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import scrapers
from kb.dataset.log_specs import ALL_REGIONS, EC2_API, PRESENCE
from kb.dataset.logs import read_log, read_scrapes
from kb.pipeline.inputs import _check_readings
from scrapers.base import EVERYTHING_ELSE, Document, Reading, Request
from scrapers.ec2.api import OFFERINGS, TYPES, Ec2Api
from scrapers.engine.run import run
from tests.effort import examples
from tests.scrapers.aws.worlds import data_folder, region
from tests.scrapers.builders import as_bytes, record

REGIONS = ("ap-south-1", "eu-west-1", "us-east-1")
NAMES = ("c5.large", "m5d.xlarge")
START = date(2026, 1, 1)

#: What one Region shows of one type: nothing, or its disk in GB (0: none).
Disk = int | None
#: What one reading shows: for each Region that is read, the disk of each type.
Shown = dict[str, tuple[Disk, ...]]

disks = st.tuples(*[st.sampled_from([None, 0, 100, 200]) for _ in NAMES])
shown = st.dictionaries(st.sampled_from(REGIONS), disks, min_size=1)


@dataclass
class Scripted(Ec2Api):
    """The EC2 API, with readings that were written down before."""

    script: list[Shown]

    def fetch(self, request: Request) -> Iterator[Reading]:
        del request
        for day, reading in enumerate(self.script):
            documents = tuple(document for name, made in reading.items() for document in self.documents(name, made))
            yield Reading("EC2 API", START + timedelta(days=day), documents, frozenset({EVERYTHING_ELSE}))

    @staticmethod
    def documents(name: str, made: tuple[Disk, ...]) -> Iterator[Document]:
        records = [
            record(ec2_type, [(1, disk, "ssd")] if disk else None)
            for ec2_type, disk in zip(NAMES, made, strict=True)
            if disk is not None
        ]
        content = {"Region": name, **region(name, *records)}
        for call in (TYPES, OFFERINGS):
            yield Document(f"{call}/{name}.json", as_bytes(content))


def expected(last: Mapping[str, Disk], fact: str) -> dict[str, str]:
    """What the log must say of a type's fact, from what each Region last said."""
    said = {
        name: {"instance_store_gb": str(disk), "nvme_support": "required" if disk else ""}[fact]
        for name, disk in last.items()
        if disk is not None
    }
    if len(set(said.values())) == 1:
        said = {ALL_REGIONS: min(said.values())}
    return {name: value for name, value in said.items() if value}


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(shown, min_size=1, max_size=6))
def test_the_log_says_what_every_region_last_said(script: list[Shown], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scrapers.SCRAPERS, "ec2_api", Scripted(script))
    with TemporaryDirectory() as folder:
        data = data_folder(Path(folder), *NAMES)
        result = run("ec2_api", Request(accept_vanished=True), data)
        log = read_log(result.log_path, EC2_API)
        _check_readings(result.log_path, log, read_scrapes(data / "scrapes.csv"))
    assert result.readings == len(script)
    last: dict[str, dict[str, Disk]] = {ec2_type: {} for ec2_type in NAMES}
    rows = iter([*log.rows, ("9999-12-31",)])
    row = next(rows)
    state: dict[tuple[str, ...], str] = {}
    for day, reading in enumerate(script):
        while row[0] <= (START + timedelta(days=day)).isoformat():
            state[row[2:-1]] = row[-1]
            row = next(rows)
        for position, ec2_type in enumerate(NAMES):
            last[ec2_type].update({name: made[position] for name, made in reading.items()})
            present = {key[2] for key, value in state.items() if key[:2] == (ec2_type, PRESENCE) and value == "true"}
            assert present == {name for name, disk in last[ec2_type].items() if disk is not None}
            if not any(made[position] is not None for made in reading.values()):
                continue
            for fact in ("instance_store_gb", "nvme_support"):
                says = {key[2]: value for key, value in state.items() if key[:2] == (ec2_type, fact) and value}
                assert says == expected(last[ec2_type], fact)
