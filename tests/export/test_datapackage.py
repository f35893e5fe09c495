"""The data package: accepted by the real frictionless, keys included, and complete."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import Package

from kb.dataset.schema import TABLES
from kb.export import ExportResult, export


def descriptor(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return found


def require_valid(made: ExportResult) -> None:
    """Ask the command itself; what it notices is asked of the library below, which starts once only."""
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=made.folder, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["valid"], report["errors"]
    assert (done.returncode, report["warnings"]) == (0, [])
    assert {task["name"]: task["stats"].get("rows", 0) for task in report["tasks"]} == made.rows


def test_frictionless_accepts_a_small_world(mini: Path, tmp_path: Path) -> None:
    require_valid(export(mini, tmp_path / "export", ("csv",)))


@pytest.mark.soak
def test_frictionless_accepts_the_shipped_data(exports: ExportResult) -> None:
    require_valid(exports)


@pytest.fixture
def small(mini: Path, tmp_path: Path) -> Path:
    export(mini, tmp_path / "export", ("csv",))
    return tmp_path / "export"


def errors(folder: Path, name: str) -> list[str]:
    """Types of what frictionless objects to in one table."""
    report = Package(str(folder / "datapackage.json")).get_resource(name).validate()
    found = [error.type for task in report.tasks for error in task.errors]
    assert report.valid == (not found)
    return found


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("kms_rules", {"workload": "nowhere", "valid_from": "2026-01-01"}, "foreign-key"),
        ("workloads", {"workload": "another", "runs_as": "nowhere"}, "foreign-key"),
        ("observations", {}, "primary-key"),
        ("changes", {}, "primary-key"),
        ("instance_types", {"instance_type": "ml.x.y", "status": ""}, "constraint-error"),
        ("instance_types", {"instance_type": "ml.x.y", "vcpus": "many"}, "type-error"),
        ("instance_types", {"instance_type": "ml.x.y", "is_nitro": "yes"}, "type-error"),
        ("instance_types", {"instance_type": "ml.x.y", "first_seen": "01/02/2026"}, "type-error"),
    ],
)
def test_frictionless_notices_a_bad_row(small: Path, name: str, row: dict[str, str], expected: str) -> None:
    """A copy of the first row with other cells; the one that is no change is a second row of the same key."""
    assert errors(small, name) == []
    file = small / "csv" / f"{name}.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True)) | row
    file.write_text("\n".join([header, first, ",".join(cells.values()), *rest, ""]), encoding="utf-8")
    assert expected in errors(small, name)


def test_frictionless_notices_a_changed_file(small: Path) -> None:
    assert errors(small, "build_info") == []
    file = small / "csv" / "build_info.csv"
    file.write_text(file.read_text().replace("schema_version", "schema_versioN"))
    assert errors(small, "build_info") == ["hash-count"]


def test_it_says_everything_about_tables_and_columns(exports: ExportResult) -> None:
    content = descriptor(exports.folder)
    assert (content["version"], content["created"]) == (
        exports.data_version,
        f"{exports.data_version.replace('.', '-')}T00:00:00Z",
    )
    assert [resource["name"] for resource in content["resources"]] == [each.name for each in TABLES]
    for each, resource in zip(TABLES, content["resources"], strict=True):
        assert resource["description"] == each.description
        assert resource["hash"] == f"sha256:{exports.sha256[resource['path']]}"
        assert resource["bytes"] == exports.files[resource["path"]]
        schema = resource["schema"]
        fields = {field["name"]: field for field in schema["fields"]}
        assert list(fields) == [column.name for column in each.columns]
        for column in each.columns:
            field = fields[column.name]
            assert (field["description"], field.get("unit")) == (column.description, column.unit)
            assert field.get("constraints", {}).get("required", False) == column.required
        assert schema.get("primaryKey") == (list(each.key) if each.has_whole_key else None)
        assert len(schema.get("foreignKeys", ())) == len(each.references)


def test_sources_are_those_that_were_read(exports: ExportResult, connection: duckdb.DuckDBPyConnection) -> None:
    content = descriptor(exports.folder)
    titles = {source["title"] for source in content["sources"]}
    rows = connection.execute("SELECT title, source IN (SELECT source FROM scrapes) FROM sources").fetchall()
    assert {title for title, is_read in rows if is_read} <= titles
    assert "EC2 DescribeInstanceTypes and DescribeInstanceTypeOfferings, live" in {title for title, _ in rows}
    assert "EC2 DescribeInstanceTypes and DescribeInstanceTypeOfferings, live" not in titles
    assert content["licenses"][0]["name"] == "Apache-2.0"
    by_name = {resource["name"]: resource.get("sources") for resource in content["resources"]}
    for named in by_name.values():
        listed = [source["title"] for source in named or ()]
        assert len(listed) == len(set(listed))
    assert [source["title"] for source in by_name["region_listings"]] == [
        "Region lists of SageMaker instance types packaged with cfn-lint"
    ]
    assert by_name["versions"] is None
