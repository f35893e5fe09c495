"""Every block of RECIPES.md runs against a real export, and gives what is shown there."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
import sqlglot
from moto import mock_aws

from kb.dataset.schema import TABLES
from tests.tools.conftest import RECIPES, Block, Place, blocks, place_in

_BLOCKS = blocks()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket into which a recipe uploads."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="my-bucket")
        yield s3


def of_kind(kind: str) -> pytest.MarkDecorator:
    found = [pytest.param(each, id=f"line {each.line}") for each in _BLOCKS if each.kind == kind]
    return pytest.mark.parametrize("block", found)


def test_every_block_is_run_by_a_test_here() -> None:
    assert {each.kind for each in _BLOCKS} == {"sh", "console", "python", "sql"}
    fences = re.findall(r"^ *(?:```|~~~)", RECIPES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(_BLOCKS)
    assert [each.line for each in _BLOCKS if each.kind == "sh"] == [_BLOCKS[0].line]  # the next test runs it
    assert len(_BLOCKS) > 12


@pytest.mark.soak
def test_the_first_commands_make_what_the_other_blocks_are_run_on(place: Place, tmp_path: Path) -> None:
    made = place_in(tmp_path)
    made.run("bash", "-ec", _BLOCKS[0].text)
    assert made.database.read_bytes() == place.database.read_bytes()
    sums = Path("data", "export", "SHA256SUMS")
    assert (made.folder / sums).read_bytes() == (place.folder / sums).read_bytes()


@of_kind("console")
def test_commands_print_what_is_shown(place: Place, block: Block, request: pytest.FixtureRequest) -> None:
    examples = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert examples[0] == ""
    for example in examples[1:]:
        command, _, shown = example.partition("\n")
        if command.startswith("sqlite3 "):
            request.getfixturevalue("sqlite3_program")
        assert place.run("bash", "-ec", command) == shown


@of_kind("python")
def test_python_prints_what_is_shown(
    place: Place, block: Block, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "pyspark" in block.text:
        request.getfixturevalue("spark")
    bucket = request.getfixturevalue("bucket") if "boto3" in block.text else None
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("KB_DATABASE", str(place.database))
    test = doctest.DocTestParser().get_doctest(block.text, {}, "RECIPES.md", "RECIPES.md", block.line - 1)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.attempted > 0
    assert result.failed == 0, "".join(said)
    if bucket is not None:
        uploaded = {each["Key"] for each in bucket.list_objects_v2(Bucket="my-bucket")["Contents"]}
        assert uploaded == {f"kb/{each.name}/{each.name}.parquet" for each in TABLES}


@of_kind("sql")
def test_sql_for_athena_and_trino_gives_what_its_comments_show(place: Place, block: Block) -> None:
    """Neither runs here: parsers of both read it, and DuckDB answers it from the same files."""
    for dialect in ("athena", "trino"):
        assert isinstance(sqlglot.parse_one(block.text, dialect=dialect), sqlglot.exp.Select)
    shown = [line[3:].split() for line in block.text.splitlines() if line.startswith("-- ")]
    assert shown
    with duckdb.connect() as connection:
        for each in TABLES:
            connection.read_parquet(str(place.parquet(each.name))).create_view(each.name)
        assert [[str(value) for value in row] for row in connection.execute(block.text).fetchall()] == shown
