"""A small world to export again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.mini import MiniData


@pytest.fixture(scope="session")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the small world."""
    return MiniData(tmp_path_factory.mktemp("mini") / "data").build().database


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the small world with one type more."""
    data = MiniData(tmp_path_factory.mktemp("newer") / "data")
    data.enum("2026-10-01", "TrainingType", "ml.m5.xlarge")
    data.capture("2026-10-01", "m5.xlarge", has_instance_store="false", hypervisor="nitro")
    return data.build().database
