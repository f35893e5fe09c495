"""``kb list``: filters, order, columns and forms."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

import kb as library
from kb.library.model import InstanceType
from tests.cli.conftest import Run


def names(run: Run, *arguments: object) -> list[str]:
    return [each["instance_type"] for each in run("list", *arguments, "--json").json]


@pytest.mark.parametrize(
    ("arguments", "conditions"),
    [
        ((), {}),
        (("--workload", "training"), {"workload": "training"}),
        (
            ("--workload", "endpoint", "--outcome", "not_applied"),
            {"workload": "endpoint", "outcome": "not_applied"},
        ),
        (("--nitro",), {"is_nitro": True}),
        (("--no-nitro",), {"is_nitro": False}),
        (("--instance-store",), {"has_instance_store": True}),
        (("--no-instance-store",), {"has_instance_store": False}),
        (("--eligible",), {"is_kms_eligible": True}),
        (("--not-eligible",), {"is_kms_eligible": False}),
        (("--gpus", "4"), {"min_gpus": 4}),
        (("--gpu-name", "rtx"), {"gpu_name": "rtx"}),
        (("--min-vcpus", "64", "--max-vcpus", "96"), {"min_vcpus": 64, "max_vcpus": 96}),
        (("--min-memory", "7.5", "--max-memory", "8"), {"min_memory_gib": 7.5, "max_memory_gib": 8}),
        (("--region", "EU-West-1"), {"region": "eu-west-1"}),
        (("--family", "g6"), {"family": "g6"}),
        (("--status", "retired"), {"status": "retired"}),
    ],
)
def test_filters_are_those_of_the_library(kb: Run, arguments: tuple[str, ...], conditions: dict[str, Any]) -> None:
    expected = [kind.instance_type for kind in library.find(**conditions)]
    assert expected
    assert names(kb, *arguments) == expected


def test_table_for_people_and_its_footer(kb: Run) -> None:
    found = kb("list", "--family", "g5", "--limit", "2")
    lines = found.stdout.splitlines()
    assert lines[0].split() == [
        "type",
        "status",
        "nitro",
        "local",
        "storage",
        "eligible",
        "vCPUs",
        "memory",
        "GiB",
        "GPUs",
    ]
    assert lines[2].split() == ["ml.g5.xlarge", "listed", "yes", "1x250GB", "no", "4", "16", "1xA10G"]
    assert len(lines) == 4
    assert found.stderr == f"2 of 8 types; data version {library.DATA_VERSION}\n"


def test_table_shows_the_outcome_with_a_workload(kb: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    lines = kb("list", "--family", "g5", "--workload", "endpoint").stdout.splitlines()
    assert lines[0].endswith("outcome")
    assert lines[2].endswith("not applied")


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("arguments", [(), ("--workload", "endpoint"), ("--gpus", "1", "--workload", "training")])
def test_table_fits_the_terminal(
    kb: Run, monkeypatch: pytest.MonkeyPatch, columns: int, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, kb("list", *arguments).stdout.splitlines())) <= columns


def test_what_is_not_known_is_a_question_mark(kb: Run) -> None:
    [line] = [line for line in kb("list", "--family", "eia2").stdout.splitlines() if "ml.eia2.medium" in line]
    assert line.split().count("?") >= 4


def test_sorts_with_unknown_last_in_both_directions(kb: Run) -> None:
    up = kb("list", "--sort", "vcpus", "--json").json
    down = kb("list", "--sort", "-vcpus", "--json").json
    desc = kb("list", "--sort", "vcpus", "--desc", "--json").json
    known_up = [each["vcpus"] for each in up if each["vcpus"] is not None]
    assert known_up == sorted(known_up)
    assert [each["vcpus"] for each in down if each["vcpus"] is not None] == known_up[::-1]
    assert desc == down
    assert up[-1]["vcpus"] is None
    assert down[-1]["vcpus"] is None
    assert kb("list", "--sort", "-vcpus", "--desc", "--json").json == up


def test_sorts_by_outcome_and_by_short_names(kb: Run) -> None:
    outcomes = [each["outcome"] for each in kb("list", "-w", "training", "--sort", "outcome", "--json").json]
    assert outcomes == sorted(outcomes)
    memory = [each["memory_gib"] for each in kb("list", "--sort", "-memory", "--limit", "5", "--json").json]
    assert memory == sorted(memory, reverse=True)


def test_columns_choose_what_is_written(kb: Run) -> None:
    found = kb("list", "--family", "g5", "--columns", "type, gpus,outcome", "-w", "training", "--limit", "1", "--json")
    assert found.json == [{"instance_type": "ml.g5.xlarge", "gpu_count": 1, "outcome": "rejected"}]
    text = kb("list", "--family", "g5", "--columns", "type,nitro", "--limit", "1").stdout
    assert text.splitlines()[0].split() == ["instance_type", "is_nitro"]
    assert text.splitlines()[2].split() == ["ml.g5.xlarge", "true"]


def test_csv_has_every_column_with_empty_cells_for_unknown(kb: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(kb("list", "--csv").stdout)))
    assert tuple(rows[0]) == InstanceType._fields
    assert len(rows) == len(library.find())
    [eia] = [row for row in rows if row["instance_type"] == "ml.eia2.medium"]
    assert eia["has_instance_store"] == ""
    [g5] = [row for row in rows if row["instance_type"] == "ml.g5.xlarge"]
    assert (g5["has_instance_store"], g5["first_seen"]) == ("true", "2022-01-05")


def test_nothing_found_is_an_answer(kb: Run) -> None:
    found = kb("list", "--family", "nothing")
    assert (found.status, found.stdout) == (0, "")
    assert found.stderr.startswith("0 types;")
    assert kb("list", "--family", "nothing", "--json").json == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--outcome", "encrypts"), "--outcome needs --workload"),
        (("--sort", "outcome"), "--sort outcome needs --workload"),
        (("--columns", "outcome"), "--columns outcome needs --workload"),
        (("--sort", "memry"), "did you mean memory"),
        (("--columns", "type,zzz"), "no column 'zzz'; the columns are instance_type,"),
        (("--outcome", "yes", "-w", "training"), "'yes' is not one of"),
        (("--gpus", "-1"), "--gpus"),
        (("--limit", "0"), "--limit"),
        (("--min-memory", "much"), "--min-memory"),
        (("--status", "gone"), "--status"),
    ],
)
def test_wrong_usage(kb: Run, arguments: tuple[str, ...], message: str) -> None:
    found = kb("list", *arguments)
    assert (found.status, found.stdout) == (2, "")
    assert message in found.stderr


def test_unknown_workload_and_region_end_with_1(kb: Run) -> None:
    assert kb("list", "--workload", "x").status == 1
    assert kb("list", "--region", "x").status == 1
