"""The larger inputs that the benchmarks build from are inputs like any other: they pass the reader and the gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.pipeline import BuildResult, build
from tests.benchmarks import builds


@pytest.mark.soak
def test_twice_the_input_builds(tmp_path: Path, built: BuildResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds, "_COPIES", 2)
    twice = build(builds._multiplied(tmp_path / "data"), tmp_path / "kb.duckdb")
    # ml.geospatial.interactive and the accelerators are copied too; only AppInstanceType's `system` is not
    assert twice.rows["instance_types"] == 2 * built.rows["instance_types"]
    assert twice.rows["kms_verdicts_history"] == 2 * built.rows["kms_verdicts_history"]
