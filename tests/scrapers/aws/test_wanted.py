"""Which EC2 types the logs of hardware facts keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.dataset.log_specs import PRICE_LIST, REGION_LISTS, SAGEMAKER_API, SERVICE_QUOTAS
from kb.dataset.logs import render
from kb.errors import InputError
from scrapers.base import ScrapeError
from scrapers.wanted import wanted_ec2_types
from tests.scrapers.aws.worlds import ON, data_folder

USUAL = {"g5.xlarge", "inf2.xlarge"}


def test_all_listings_that_exist_count(tmp_path: Path) -> None:
    data = data_folder(tmp_path, "m5.large")
    assert wanted_ec2_types(data) == USUAL | {"m5.large"}
    for spec, group, names in (
        (PRICE_LIST, "notebook", ("ml.r7g.large", "ml.u-p6e-gb200x36")),
        (SERVICE_QUOTAS, "training", ("ml.m5.large", "ml.trn3.48xlarge")),
    ):
        rows = [(ON, "somewhere", group, "us-east-1", name, "true") for name in names]
        spec.path(data).write_bytes(render(spec.columns, rows))
    assert wanted_ec2_types(data) == USUAL | {"m5.large", "r7g.large", "u-p6e-gb200x36", "trn3.48xlarge"}


def test_a_type_that_is_no_longer_listed_is_still_wanted_and_system_is_no_type(tmp_path: Path) -> None:
    data = data_folder(tmp_path)
    rows = [
        (ON, "botocore 1.8.4", "AppInstanceType", "ml.p2.xlarge", "true"),
        (ON, "botocore 1.8.4", "AppInstanceType", "system", "true"),
        ("2026-02-01", "botocore 1.8.5", "AppInstanceType", "ml.p2.xlarge", "false"),
    ]
    SAGEMAKER_API.path(data).write_bytes(render(SAGEMAKER_API.columns, rows))
    assert wanted_ec2_types(data) == USUAL | {"p2.xlarge"}


@pytest.mark.parametrize("spec", [SAGEMAKER_API, REGION_LISTS])
def test_the_packaged_listings_must_be_there(tmp_path: Path, spec: object) -> None:
    data = data_folder(tmp_path)
    path = spec.path(data)  # type: ignore[attr-defined]
    path.unlink()
    with pytest.raises(
        ScrapeError, match=r"needed to know which EC2 types matter.*Scrape sagemaker_api and region_lists"
    ):
        wanted_ec2_types(data)


def test_a_damaged_log_is_no_list(tmp_path: Path) -> None:
    data = data_folder(tmp_path)
    PRICE_LIST.path(data).write_bytes(b"observed_on,origin\n")
    with pytest.raises(InputError, match="header: missing component"):
        wanted_ec2_types(data)
