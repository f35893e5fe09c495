"""Every block of RECIPES.md runs against a real export, and gives what is shown there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import sqlglot
from moto import mock_aws

from kb.dataset.schema import TABLES
from tests.examples import FILES, Block, Place, blocks, fenced, today

RECIPES = FILES[1]
_BLOCKS = fenced(RECIPES)
#: Blocks that run without Java and without AWS: `python -m tests.generate` writes them.
_GENERATED = {each.text for each in blocks(RECIPES)}
#: What is run, Spark in soak.
_BLOCKS_TO_RUN = [
    pytest.param(each, id=f"line {each.line}", marks=pytest.mark.soak if "pyspark" in each.text else ())
    for each in _BLOCKS[1:]
]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket into which a recipe uploads."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="my-bucket")
        yield s3


def test_every_block_is_run_by_a_test_here() -> None:
    assert {each.kind for each in _BLOCKS} == {"sh", "console", "python", "sql"}
    fences = re.findall(r"^ *(?:```|~~~)", RECIPES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(_BLOCKS)
    assert [each.line for each in _BLOCKS if each.kind == "sh"] == [_BLOCKS[0].line]  # the next test runs it
    assert len(_BLOCKS) > 12


def test_what_depends_on_the_data_is_marked_or_of_a_fixed_day() -> None:
    for each in _BLOCKS[1:]:
        is_fixed = "pyspark" in each.text or "boto3" in each.text or each.text.startswith("$ kb schema ")
        assert (each.text in _GENERATED) is not is_fixed, each.title


@pytest.mark.soak
def test_the_first_commands_make_what_the_other_blocks_are_run_on(place: Place, tmp_path: Path) -> None:
    made = Place.at(tmp_path)
    made.run("bash", "-ec", _BLOCKS[0].text)
    assert made.database.is_file()
    sums = Path("data", "export", "SHA256SUMS")
    assert (made.folder / sums).read_bytes() == (place.folder / sums).read_bytes()


@pytest.mark.parametrize("block", _BLOCKS_TO_RUN)
def test_what_is_shown_is_what_is_printed(place: Place, block: Block, request: pytest.FixtureRequest) -> None:
    if "$ sqlite3 " in block.text:
        request.getfixturevalue("sqlite3_program")
    if "pyspark" in block.text:
        request.getfixturevalue("spark")
    bucket = request.getfixturevalue("bucket") if "boto3" in block.text else None
    assert today(block, place) == block.text, "run `python -m tests.generate`"
    if bucket is not None:
        uploaded = {each["Key"] for each in bucket.list_objects_v2(Bucket="my-bucket")["Contents"]}
        assert uploaded == {f"kb/{each.name}/{each.name}.parquet" for each in TABLES}


@pytest.mark.parametrize("dialect", ["athena", "trino"])
def test_athena_and_trino_read_the_sql(dialect: str) -> None:
    statements = [each.text for each in _BLOCKS if each.kind == "sql"]
    assert statements
    for text in statements:
        assert isinstance(sqlglot.parse_one(text, dialect=dialect), sqlglot.exp.Select)
