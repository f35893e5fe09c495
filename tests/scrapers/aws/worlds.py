"""What the Regions of a test have, and a data folder whose logs want it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kb.dataset.log_specs import REGION_LISTS, SAGEMAKER_API
from kb.dataset.logs import render
from tests.scrapers.builders import capture, gpus, record

ON = "2026-01-01"


def types(*records: dict[str, Any]) -> list[dict[str, Any]]:
    """Records, with a GPU type and a Neuron type among them, so that every fact is stated somewhere."""
    return list(capture(*records).values())


def region(name: str, *records: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """A Region that describes and offers the same types."""
    described = types(*records)
    return {"InstanceTypes": described, "InstanceTypeOfferings": offerings(name, described)}


def offerings(name: str, described: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a Region offers."""
    return [{"InstanceType": d["InstanceType"], "LocationType": "region", "Location": name} for d in described]


def m5d(disk: int = 150) -> dict[str, Any]:
    """A type with one disk."""
    return record("m5d.xlarge", [(1, disk, "ssd")])


def g4dn() -> dict[str, Any]:
    """A type with a GPU."""
    return record("g4dn.xlarge", [(1, 125, "ssd")], GpuInfo=gpus("T4", 1, 16384))


def data_folder(folder: Path, *ec2_types: str) -> Path:
    """A data folder whose packaged listings name some EC2 types, beside those that every Region has."""
    names = sorted({"ml.g5.xlarge", "ml.inf2.xlarge", *(f"ml.{name}" for name in ec2_types)})
    for spec, origin, *group in (
        (SAGEMAKER_API, "botocore 1.44.5", "TrainingInstanceType"),
        (REGION_LISTS, "cfn-lint 1.58.0", "hosting", "us-east-1"),
    ):
        path = spec.path(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(render(spec.columns, [(ON, origin, *group, name, "true") for name in names]))
    return folder
