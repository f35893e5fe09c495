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


@pytest.mark.parametrize("rows", [(100,), (100, 100), (100, 97), (100, 200), (100, 10, 10), (0, 0), ()])
def test_good(rows: tuple[int, ...]) -> None:
    with Gate(CHECK) as gate:
        assert readings(gate, *rows).passes()


@pytest.mark.parametrize("rows", [(100, 96), (100, 0), (10, 100, 96)])
def test_bad(rows: tuple[int, ...]) -> None:
    with Gate(CHECK) as gate:
        subject = "sagemaker_api service-2.json"
        readings(gate, *rows).refuses(subject, f"{rows[-2]} rows before, {rows[-1]} in botocore 1.{len(rows)}")


def test_documents_are_compared_with_themselves() -> None:
    with Gate(CHECK) as gate:
        readings(gate, 100, 100, document="hosting")
        readings(gate, 10, 10, document="transform")
        assert gate.passes()
