"""Statements about a workload's storage without a source."""

from __future__ import annotations

from typing import Any

import pytest

from kb.checks.workloads_have_sources import CHECK
from tests.checks.gate import Gate

OWN: dict[str, Any] = {
    "enum_shape": "TrainingInstanceType",
    "volume_kms_key_paths": "ResourceConfig.VolumeKmsKeyId",
    "local_storage_encryption": "XTS-AES-256 in hardware",
}
HEIR: dict[str, Any] = {"runs_as": "processing", "runs_as_reason": "Each run is a processing job."}


@pytest.mark.parametrize("cells", [OWN, OWN | HEIR | {"local_storage_encryption": None}, {}])
def test_good(cells: dict[str, Any]) -> None:
    with Gate(CHECK) as gate:
        gate.put("workloads", workload="training", **cells)
        gate.put("workload_facts", workload="training", fact="on_stop", source_url="https://docs.aws.amazon.com/x.html")
        assert gate.passes()


@pytest.mark.parametrize("address", ["", "the guide", "http://example.com"])
def test_fact_without_source(address: str) -> None:
    with Gate(CHECK) as gate:
        gate.put("workload_facts", workload="training", fact="on_stop", source_url=address)
        gate.refuses("training on_stop", "no source")


@pytest.mark.parametrize(
    ("cells", "words"),
    [(OWN | HEIR | {"runs_as_reason": None}, "processing"), (OWN | {"local_storage_encryption": None}, "encrypts")],
)
def test_bad_workload(cells: dict[str, Any], words: str) -> None:
    with Gate(CHECK) as gate:
        gate.put("workloads", workload="training", **cells).refuses("training", words)
