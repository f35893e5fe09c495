"""The logs that are shipped: in order, with the figures that are known, and in step with the installed packages."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from datetime import date
from pathlib import Path

import pytest

from kb.dataset.log_specs import EC2_API_CAPTURE, PRESENCE, SAGEMAKER_API, SPECS, LogSpec
from kb.dataset.logs import Log, parse_log, read_log, read_scrapes, render
from scrapers import SCRAPERS
from scrapers.base import Request, Rows
from scrapers.engine.log import Update, replay
from scrapers.reading.git import version_of
from tests.figures import ENUMS

DATA = Path(__file__).parents[2] / "data"
PACKAGES = {
    "sagemaker_api": ("botocore", "botocore"),
    "sagemaker_api_docs": ("botocore", "botocore"),
    "region_lists": ("cfn-lint", "cfnlint"),
    "ec2_api_capture": ("moto", "moto"),
}


def shipped(spec: LogSpec) -> Log:
    return read_log(spec.path(DATA), spec)


SHIPPED = [spec for spec in SPECS.values() if spec.path(DATA).exists()]


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
def test_every_row_belongs_to_a_reading(spec: LogSpec) -> None:
    log = shipped(spec)
    scrapes = [s for s in read_scrapes(DATA / "scrapes.csv") if s.source == spec.name]
    assert {row[:2] for row in log.rows} <= {(s.observed_on, s.origin) for s in scrapes}
    assert sum(s.rows_changed for s in scrapes) == len(log.rows)
    assert spec.path(DATA).stat().st_size < 1_400_000
    assert (DATA / "scrapes.csv").stat().st_size < 300_000


def test_the_first_release_with_sagemaker() -> None:
    first = [row for row in shipped(SAGEMAKER_API).rows if row[1] == "botocore 1.8.4"]
    assert {row[0] for row in first} == {"2017-11-29"}
    assert len(first) == 30
    assert {row[2] for row in first} == {"InstanceType", "ProductionVariantInstanceType", "TrainingInstanceType"}


def test_the_enums_of_october_2026() -> None:
    state = replay(row for row in shipped(SAGEMAKER_API).rows if row[0] <= "2026-10-01")
    listed = [key for key, value in state.items() if value == "true"]
    counts = {shape: sum(key[0] == shape for key in listed) for shape, _ in listed}
    assert counts == ENUMS
    assert len({value for _, value in listed} - {"system"}) == 442


def test_what_ec2_showed_of_trn2_over_time() -> None:
    """Without local disks at first, with four of 1,900 GB from 2025-08-03 on."""
    rows = shipped(EC2_API_CAPTURE).rows
    before = replay(row for row in rows if row[0] <= "2025-07-01")
    after = replay(row for row in rows if row[0] <= "2025-08-03")
    assert before["trn2.48xlarge", "has_instance_store"] == "false"
    assert after["trn2.48xlarge", "has_instance_store"] == "true"
    assert after["trn2.48xlarge", "instance_store_gb"] == "7600"
    assert after["trn2.48xlarge", "instance_store_disks"] == "4x1900 ssd"


@pytest.mark.parametrize(
    ("ec2_type", "gone_on"), [("p2.xlarge", "2025-03-30"), ("p3.2xlarge", "2026-05-01"), ("dl1.24xlarge", "2026-08-02")]
)
def test_types_that_ec2_retired(ec2_type: str, gone_on: str) -> None:
    rows = [row for row in shipped(EC2_API_CAPTURE).rows if row[2:] == (ec2_type, PRESENCE, "false")]
    assert [row[0] for row in rows] == [gone_on]


def test_the_capture_of_october_2026() -> None:
    state = replay(row for row in shipped(EC2_API_CAPTURE).rows if row[0] <= "2026-10-27")
    present = {key[0] for key, value in state.items() if key[1] == PRESENCE and value == "true"}
    local = {name for name in present if state[name, "has_instance_store"] == "true"}
    listed = {key[1] for key in shipped(SAGEMAKER_API).state}
    known = {name for name in present if f"ml.{name}" in listed}
    assert {state[name, "nvme_support"] for name in local} == {"required"}
    assert {state[name, "instance_store_encryption"] for name in local} == {"required"}
    assert {state[name, "hypervisor"] for name in local} == {"nitro"}
    assert (len(known), len(local & known)) == (427, 143)
    assert {name.partition(".")[0] for name in present if state.get((name, "hypervisor")) == "xen"} == {
        "c4",
        "m4",
        "t2",
    }
    assert state["g6f.xlarge", "gpu_partition_size"] == "0.125"
    assert state["p4d.24xlarge", "gpu_memory_gib"] == "320"
    assert state["p4d.24xlarge", "network_performance"] == "4x 100 Gigabit"


def test_every_packaged_source_is_looked_at() -> None:
    assert PACKAGES.keys() == {name for name, scraper in SCRAPERS.items() if scraper.needs == "package"}


@pytest.mark.parametrize("source", PACKAGES)
def test_the_installed_package_is_in_step(source: str) -> None:
    """The release that the log ends with says exactly what the log says; a newer one differs by what a run appends."""
    name, module = PACKAGES[source]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{name} is not installed (extra: scrape)")
    scraper = SCRAPERS[source]
    log = shipped(scraper.log)
    newest = max(s for s in read_scrapes(DATA / "scrapes.csv") if s.source == source)
    installed = version_of(importlib.metadata.version(name))
    recorded = version_of(newest.origin.partition(" ")[2])
    if installed is None or recorded is None or installed < recorded:
        pytest.skip(f"{name} is older than {newest.origin}, with which the log ends")
    (reading,) = scraper.fetch(Request(observed_on=date(2999, 1, 1), data_dir=DATA))
    observed: Rows = {}
    for document in reading.documents:
        observed |= scraper.parse(document)
    observed = scraper.selector(DATA)(observed)
    update = Update(scraper.log, log.rows)
    changed = update.add("2999-01-01", reading.origin, observed)
    if installed == recorded:
        assert changed == 0
    grown = parse_log(render(scraper.log.columns, update.rows), Path("grown.csv"), scraper.log)
    if scraper.log.is_listing:
        assert {key: value for key, value in grown.state.items() if value == "true"} == observed
    else:
        present = {key[0] for key, value in grown.state.items() if key[1] == PRESENCE and value == "true"}
        assert present == {key[0] for key in observed}
        assert {key: value for key, value in grown.state.items() if key in observed} == {
            key: value for key, value in observed.items() if value or key in grown.state
        }
