"""The queries about live sources, on worlds in which those were read; with the same answer from DuckDB and SQLite."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.export import sqlite
from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import MiniData

Derive = Callable[[MiniData], Tables]

PACKAGED, READ = "2026-06-05", "2026-11-01"


def answer(made: Tables, name: str) -> list[tuple[Any, ...]]:
    query = queries.load(queries_dir())[name]
    rows = [tuple(row) for row in queries.run(made.connection, query, {}).rows]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "kb.sqlite")
        sqlite.write(made.connection, file)
        with closing(sqlite3.connect(file)) as lite:
            from_lite = lite.execute(query.sql_for("sqlite"), query.bind({})).fetchall()
    assert [tuple(_plain(v) for v in row) for row in rows] == from_lite
    return rows


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# -- cross-check ------------------------------------------------------------------------------------------------------


def test_cross_check_counts_per_fact_and_pair_of_sources(mini_data: MiniData, world: Derive) -> None:
    mini_data.guide(READ, "g5.large", has_nvme_instance_store="true", instance_store_gb="250")
    mini_data.guide(READ, "g5.xlarge", has_nvme_instance_store="false", instance_store_gb="1")
    mini_data.guide(READ, "zz.large", instance_store_gb="75")
    found = {row[:3]: row[3:] for row in answer(world(mini_data), "cross-check")}
    sources = ("ec2_api_capture", "ec2_guide")
    assert found == {
        ("has_nvme_instance_store", *sources): (1, 1, 1, 0),
        ("instance_store_gb", *sources): (1, 1, 4, 1),
    }


def test_cross_check_takes_a_contested_fact_for_a_difference(mini_data: MiniData, world: Derive) -> None:
    for region, value in (("eu-west-1", "false"), ("us-east-1", "true")):
        mini_data.ec2_api(READ, "m5.large", region, is_present="true", has_instance_store=value)
    mini_data.ec2_api(READ, "g5.large", has_instance_store="true")
    found = answer(world(mini_data), "cross-check")
    assert found == [("has_instance_store", "ec2_api", "ec2_api_capture", 1, 1, 0, 4)]


# -- price list -------------------------------------------------------------------------------------------------------


def test_differences_between_the_lists(mini_data: MiniData, world: Derive) -> None:
    mini_data.prices(PACKAGED, "transform", "eu-west-1", "ml.m5.large")
    mini_data.price_list(READ, "hosting", "eu-west-1", "ml.m5.large", "ml.g5.large")
    mini_data.price_list(READ, "hosting", "us-east-1", "ml.m5.large")
    mini_data.price_list(READ, "training", "us-east-1", "ml.m5.large")
    assert answer(world(mini_data), "price-list-differences") == [
        ("hosting", "eu-west-1", "ml.g5.large", "price list only", day(READ)),
        ("hosting", "eu-west-1", "ml.r7.large", "Region lists only", day(PACKAGED)),
        ("hosting", "us-east-1", "ml.m5.large", "price list only", day(READ)),
        ("transform", None, None, "price list not read", None),
    ]


def test_no_difference_where_nothing_was_read(mini_data: MiniData, world: Derive) -> None:
    assert answer(world(mini_data), "price-list-differences") == [("hosting", None, None, "price list not read", None)]


def test_a_workload_has_regions_once_its_component_was_read(mini_data: MiniData, world: Derive) -> None:
    mini_data.enum(PACKAGED, "TrainingType", "ml.g6.48xlarge")
    mini_data.change("workloads", {"workload": "training"}, price_component="training")
    columns = ("training", day(PACKAGED))
    assert answer(world(mini_data), "when-did-it-arrive")[0][:4] == (*columns, None, None)
    mini_data.price_list(READ, "training", "us-east-1", "ml.g6.48xlarge")
    assert answer(world(mini_data), "when-did-it-arrive")[0][:4] == (*columns, day(READ), 1)
    mini_data.price_list("2026-11-02", "training", "us-east-1", "ml.g6.48xlarge", listed=False)
    assert answer(world(mini_data), "when-did-it-arrive")[0][:4] == (*columns, None, 0)


# -- quotas -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_quotas(mini_data: MiniData) -> MiniData:
    """Quotas of endpoints and training in two Regions; endpoints have a Region list of the first of them."""
    mini_data.quota(READ, "endpoint", "eu-west-1", "ml.m5.large", "ml.unheard.large")
    mini_data.quota(READ, "endpoint", "us-east-1", "ml.m5.large", "ml.g5.large", "ml.unheard.large")
    mini_data.quota(READ, "training", "eu-west-1", "ml.m5.large", "ml.t2.medium", "ml.g5.large", "ml.g5.xlarge")
    mini_data.quota(READ, "spot_training", "eu-west-1", "ml.r7.large")
    return mini_data


def test_quotas_beside_the_lists(with_quotas: MiniData, world: Derive) -> None:
    found = answer(world(with_quotas), "quotas-beside-offerings")
    assert [row for row in found if row[3] != "no quota was read"] == [
        ("endpoint", "endpoint", "ml.g5.xlarge", "listed, but no quota", 2, "eu-west-1"),
        ("endpoint", "endpoint", "ml.m5d.large", "listed, but no quota", 2, "eu-west-1"),
        ("endpoint", "endpoint", "ml.r7.large", "listed, but no quota", 1, "eu-west-1"),
        ("endpoint", "endpoint", "ml.t2.medium", "listed, but no quota", 2, "eu-west-1"),
        ("endpoint", "endpoint", "ml.m5.large", "quota, but not listed", 1, "us-east-1"),
        ("endpoint", "endpoint", "ml.unheard.large", "quota, but not listed", 2, "eu-west-1"),
        ("spot_training", "training", "ml.r7.large", "quota, but not listed", 1, "eu-west-1"),
        ("training", "training", "ml.m5d.large", "listed, but no quota", 1, "eu-west-1"),
    ]
    unread = {row[0] for row in found if row[3] == "no quota was read"}
    assert unread == {"cluster", "notebook", "processing", "studio", "training_warm_pool", "transform"}


def test_a_quota_that_is_gone_counts_no_more_and_its_region_was_read_all_the_same(
    with_quotas: MiniData, world: Derive
) -> None:
    with_quotas.quota("2026-11-05", "training", "eu-west-1", "ml.t2.medium", listed=False)
    with_quotas.quota("2026-11-05", "spot_training", "eu-west-1", "ml.r7.large", listed=False)
    found = [row[:4] for row in answer(world(with_quotas), "quotas-beside-offerings")]
    assert ("training", "training", "ml.t2.medium", "listed, but no quota") in found
    assert [row for row in found if row[0] == "spot_training"] == []
