"""A reading with much fewer rows than the one before."""

from __future__ import annotations

from datetime import date

import pytest

from kb.checks.sources_do_not_shrink import CHECK
from tests.checks.gate import Gate


def readings(gate: Gate, *rows: int, document: str = "service-2.json") -> Gate:
    for month, seen in enumerate(rows, 1):
        cells = {"source": "sagemaker_api", "document": document, "origin": f"botocore 1.{month}"}
        gate.put("scrapes", **cells, observed_on=date(2026, month, 1), rows_seen=seen)
    return gate


@pytest.mark.parametrize(
    "rows", [(100,), (100, 100), (100, 97), (100, 200), (100, 10, 10), (0, 0), (), (12, 11), (12, 9), (100, 10, 9)]
)
def test_good(rows: tuple[int, ...]) -> None:
    with Gate(CHECK) as gate:
        assert readings(gate, *rows).passes()


@pytest.mark.parametrize("rows", [(100, 96), (100, 0), (10, 100, 96), (12, 8), (3, 0)])
def test_bad(rows: tuple[int, ...]) -> None:
    with Gate(CHECK) as gate:
        subject = "sagemaker_api service-2.json"
        readings(gate, *rows).refuses(subject, f"{rows[-2]} rows before, {rows[-1]} in botocore 1.{len(rows)}")


@pytest.mark.parametrize(
    ("rows", "is_good"),
    [
        ((100, 90), False),
        ((100, 90, 90), False),  # the day after; whoever accepted it by an exception still needs that
        ((100, 100, 90, 90), False),
        ((100, 90, 100), True),
        ((100, 90, 91), True),
        ((100, 100), True),
    ],
)
def test_a_live_document_shrinks_once_for_all_the_days_after(rows: tuple[int, ...], is_good: bool) -> None:
    with Gate(CHECK) as gate:
        for month, seen in enumerate(rows, 1):
            cells = {"source": "ec2_api", "document": "DescribeInstanceTypes/eu-west-1.json", "origin": "EC2 API"}
            gate.put("scrapes", **cells, observed_on=date(2026, month, 1), rows_seen=seen)
        assert gate.passes() == is_good
        if not is_good:
            gate.refuses("ec2_api DescribeInstanceTypes/eu-west-1.json", "100 rows before, 90 in EC2 API")


def test_documents_are_compared_with_themselves() -> None:
    with Gate(CHECK) as gate:
        readings(gate, 100, 100, document="hosting")
        readings(gate, 10, 10, document="transform")
        assert gate.passes()
