"""``kb alternatives``."""

from __future__ import annotations

import csv
import io

import pytest

import kb as library
from tests.cli.conftest import Run


def test_the_nearest_types_in_words(kb: Run) -> None:
    found = kb("alternatives", "ml.m5d.xlarge", "--workload", "endpoint", "--limit", "2")
    lines = found.stdout.splitlines()
    assert lines[0] == "ml.m5d.xlarge in endpoint: not applied"
    assert "ml.m5.xlarge, distance 0" in lines
    assert "  Worse    no local storage instead of 1 x 150 GB NVMe SSD" in lines
    assert max(map(len, lines)) <= 80
    total = library.alternatives("ml.m5d.xlarge", "endpoint").total
    assert found.stderr == f"2 of {total} types; data version {library.DATA_VERSION}\n"


def test_none_says_what_to_do_instead(kb: Run) -> None:
    found = kb("alternatives", "ml.g5.2xlarge", "-w", "training")
    assert found.status == 0
    assert "  Closest    none" in found.stdout.splitlines()
    assert "Instead\n  - " in found.stdout
    assert "another kind of accelerator, or none" in found.stdout
    assert found.stderr.startswith("0 types;")


def test_a_retired_type_says_so(kb: Run) -> None:
    text = kb("alternatives", "ml.g5.2xlarge", "-w", "training", "--status", "retired").stdout
    assert "ml.p3.2xlarge, distance" in text
    assert "Status   retired" in text


def test_json_is_the_answer_of_the_library(kb: Run) -> None:
    arguments = (
        "ml.p5.48xlarge",
        "-w",
        "hyperpod",
        "--need",
        "key_accepted",
        "--limit",
        "100",
        "--region",
        "us-east-1",
    )
    found = kb("alternatives", *arguments, "--json").json
    expected = library.alternatives(
        "ml.p5.48xlarge", "hyperpod", need="key_accepted", limit=None, region="us-east-1"
    ).as_dict()
    assert found.pop("data_version") == library.DATA_VERSION
    assert found == expected
    assert found["found"]


def test_csv_has_a_row_per_alternative(kb: Run) -> None:
    text = kb("alternatives", "ml.m5d.xlarge", "-w", "endpoint", "--csv", "--architecture", "any").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = library.alternatives("ml.m5d.xlarge", "endpoint", architecture="any", limit=5)
    assert [row["instance_type"] for row in rows] == [each.instance_type for each in expected]
    assert rows[0]["worse"] == "no local storage instead of 1 x 150 GB NVMe SSD"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("ml.m5d.xlarge",), 2, "--workload is required; the workloads are: automl,"),
        (("ml.m5d.xlarge", "-w", "x"), 1, "unknown workload 'x'"),
        (("ml.m5d", "-w", "endpoint"), 1, "unknown instance type"),
        (("ml.m5d.xlarge", "-w", "endpoint", "--region", "x"), 1, "unknown Region 'x'"),
        (("ml.m5d.xlarge", "-w", "endpoint", "--need", "x"), 2, "'x' is not one of"),
        (("ml.m5d.xlarge", "-w", "endpoint", "--limit", "0"), 2, "--limit"),
    ],
)
def test_wrong_usage(kb: Run, arguments: tuple[str, ...], status: int, message: str) -> None:
    found = kb("alternatives", *arguments)
    assert (found.status, found.stdout) == (status, "")
    assert message in found.stderr
