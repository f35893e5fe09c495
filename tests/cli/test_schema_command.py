"""``kb schema``: what is declared, in each form."""

from __future__ import annotations

import csv
import io

import pytest

from kb.dataset.schema import TABLES, table
from tests.cli.conftest import Run


def test_all_tables_for_people(kb: Run) -> None:
    found = kb("schema")
    assert [line.split()[0] for line in found.stdout.splitlines() if not line.startswith(" ")] == [
        t.name for t in TABLES
    ]
    assert found.stderr == f"{len(TABLES)} tables; kb schema TABLE shows the columns\n"


def test_a_table_for_people(kb: Run) -> None:
    text = kb("schema", "instance_store_disks", "versions").stdout
    first, second = text.split("\n\nversions\n")
    assert "  Key: instance_type, disk_group\n" in first
    assert "  instance_type names a row of instance_types\n" in first
    assert "disk_size_gb BIGINT GB no Size of one disk" in [" ".join(line.split()) for line in first.splitlines()]
    assert second
    for column in table("instance_store_disks").columns:
        assert f"\n{column.name} " in first


def test_json_and_csv_hold_everything(kb: Run) -> None:
    columns = [(t.name, c) for t in TABLES for c in t.columns]
    tables = kb("schema", "--json").json
    assert [(t["table"], t["description"], tuple(t["key"])) for t in tables] == [
        (t.name, t.description, t.key) for t in TABLES
    ]
    assert [t["references"] for t in tables] == [dict(t.references) for t in TABLES]
    assert [
        (t["table"], c["name"], c["type"], c["unit"], c["may_be_null"], c["description"])
        for t in tables
        for c in t["columns"]
    ] == [(name, c.name, c.type, c.unit, not c.required, c.description) for name, c in columns]
    rows = list(csv.DictReader(io.StringIO(kb("schema", "--csv").stdout)))
    assert [(r["table"], r["column"], r["type"], r["unit"], r["null"], r["description"]) for r in rows] == [
        (name, c.name, c.type, c.unit or "", "no" if c.required else "yes", c.description) for name, c in columns
    ]


def test_statements(kb: Run) -> None:
    found = kb("schema", "--ddl", "trino", "--location", "s3://bucket/kb").stdout
    assert found.count('CREATE TABLE "') == len(TABLES) == found.count("/');\n")
    found = kb("schema", "versions", "--ddl", "athena", "--location", "s3://bucket/kb").stdout
    assert found.startswith("CREATE EXTERNAL TABLE `versions` (\n  `version` string COMMENT '")
    assert found.endswith("STORED AS PARQUET\nLOCATION 's3://bucket/kb/versions/';\n")


@pytest.mark.parametrize(
    ("arguments", "status", "problem"),
    [
        (("nope",), 1, "no table called 'nope'; the tables are: instance_types, "),
        (("versions", "--ddl", "athena"), 2, "--ddl and --location go together"),
        (("versions", "--location", "s3://b/"), 2, "--ddl and --location go together"),
        (("--ddl", "athena", "--location", "s3://b/", "--csv"), 2, "--ddl and --csv cannot be given together"),
        (("--ddl", "athena", "--location", "s3://b/'"), 2, "'--location': \"s3://b/'\" is no address of a folder"),
        (("--ddl", "oracle", "--location", "s3://b/"), 2, "'oracle' is not one of 'athena', 'trino'"),
        (("--json", "--csv"), 2, "cannot be given together"),
    ],
)
def test_wrong_usage(kb: Run, arguments: tuple[str, ...], status: int, problem: str) -> None:
    found = kb("schema", *arguments)
    assert (found.status, found.stdout) == (status, "")
    assert problem in found.stderr
    assert len([line for line in found.stderr.splitlines() if line.startswith("Error")]) == 1


def test_a_name_given_twice_is_shown_once(kb: Run) -> None:
    assert len(kb("schema", "versions", "versions", "--json").json) == 1


def test_tables_are_completed(process: Run) -> None:
    found = process(_KB_COMPLETE="bash_complete", COMP_WORDS="kb schema kms_v", COMP_CWORD="2")
    assert found.stdout.splitlines() == ["plain,kms_verdicts", "plain,kms_verdicts_history"]
