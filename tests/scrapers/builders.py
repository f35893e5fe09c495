"""Small documents, wheels and git repositories in the shape of the real ones."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from scrapers.base import Document

MODEL_PATH = "botocore/data/sagemaker/2017-07-24/service-2.json"
CAPTURE_PATH = "moto/ec2/resources/instance_types.json"
LIST_PATH = "cfnlint/data/schemas/extensions/aws_sagemaker_{}/instancetype_enum.json"
COMPONENTS = ("cluster", "hosting", "processing", "transform")


def model(**enums: list[str]) -> dict[str, Any]:
    """A service model with the three lasting enums, and those that are given (in addition or instead)."""
    shapes: dict[str, Any] = {
        "TrainingJobArn": {"type": "string", "max": 256, "pattern": "arn:.*"},
        "TrainingJobStatus": {"type": "string", "enum": ["InProgress", "Completed"]},
        "ResourceConfig": {"type": "structure", "members": {"InstanceType": {"shape": "TrainingInstanceType"}}},
    }
    lasting = {
        "InstanceType": ["ml.t2.medium"],
        "ProductionVariantInstanceType": ["ml.m4.xlarge", "ml.c5.large"],
        "TrainingInstanceType": ["ml.m4.xlarge", "ml.p2.xlarge"],
    }
    for name, values in (lasting | enums).items():
        shapes[name] = {"type": "string", "enum": values}
    return {
        "version": "2.0",
        "metadata": {"apiVersion": "2017-07-24", "endpointPrefix": "sagemaker", "serviceId": "SageMaker"},
        "operations": {"CreateTrainingJob": {"name": "CreateTrainingJob"}},
        "shapes": shapes,
    }


def record(ec2_type: str, disks: list[tuple[int, int, str]] | None = None, **members: Any) -> dict[str, Any]:
    """A DescribeInstanceTypes record; `disks` are (count, GB, ssd or hdd)."""
    made: dict[str, Any] = {
        "InstanceType": ec2_type,
        "CurrentGeneration": True,
        "BareMetal": False,
        "Hypervisor": "nitro",
        "InstanceStorageSupported": bool(disks),
        "ProcessorInfo": {
            "Manufacturer": "Intel",
            "SupportedArchitectures": ["x86_64"],
            "SustainedClockSpeedInGhz": 3.1,
        },
        "VCpuInfo": {"DefaultVCpus": 4, "DefaultCores": 2, "DefaultThreadsPerCore": 2},
        "MemoryInfo": {"SizeInMiB": 16384},
        "NetworkInfo": {"NetworkPerformance": "Up to 10 Gigabit", "MaximumNetworkCards": 1, "EfaSupported": False},
        "EbsInfo": {
            "EbsOptimizedSupport": "default",
            "EncryptionSupport": "supported",
            "NvmeSupport": "required",
            "MaximumEbsAttachments": 32,
            "EbsOptimizedInfo": {
                "BaselineBandwidthInMbps": 1150,
                "BaselineThroughputInMBps": 143.75,
                "BaselineIops": 6000,
                "MaximumBandwidthInMbps": 4750,
                "MaximumThroughputInMBps": 593.75,
                "MaximumIops": 18750,
            },
        },
        "NitroEnclavesSupport": "supported",
        "NitroTpmSupport": "supported",
    }
    if disks:
        made["InstanceStorageInfo"] = {
            "TotalSizeInGB": sum(count * size for count, size, _ in disks),
            "Disks": [{"Count": count, "SizeInGB": size, "Type": kind} for count, size, kind in disks],
            "NvmeSupport": "required",
            "EncryptionSupport": "required",
        }
    return {name: value for name, value in (made | members).items() if value is not None}


def gpus(name: str, count: int, mib: int, share: float = 1.0, physical: int | None = None) -> dict[str, Any]:
    """A `GpuInfo` member of one group."""
    gpu = {
        "Name": name,
        "Manufacturer": "NVIDIA",
        "Count": count if physical is None else physical,
        "LogicalGpuCount": count,
        "GpuPartitionSize": share,
        "MemoryInfo": {"SizeInMiB": mib},
    }
    return {"Gpus": [gpu], "TotalGpuMemoryInMiB": count * mib}


def capture(*records: dict[str, Any]) -> dict[str, Any]:
    """A capture with a GPU type and a Neuron type (so that every fact is stated somewhere), and `records`."""
    neuron = {
        "NeuronDevices": [{"Count": 1, "Name": "Inferentia2", "MemoryInfo": {"SizeInMiB": 32768}}],
        "TotalNeuronDeviceMemoryInMiB": 32768,
    }
    common = (
        record("g5.xlarge", [(1, 250, "ssd")], GpuInfo=gpus("A10G", 1, 24576)),
        record("inf2.xlarge", NeuronInfo=neuron),
    )
    return {one["InstanceType"]: one for one in (*common, *records)}


def region_list(**regions: list[str]) -> dict[str, Any]:
    """A Region list; Regions are given with underscores (us_east_1)."""
    lists: dict[str, Any] = {"description": "Made from the price list"}
    lists.update({name.replace("_", "-"): {"enum": types} for name, types in regions.items()})
    return lists


def as_bytes(value: Any) -> bytes:
    """JSON bytes."""
    return json.dumps(value, indent=1).encode()


def document(path: str, value: Any, profile: str = "") -> Document:
    """A document from a value, or from bytes as they are."""
    return Document(path, value if isinstance(value, bytes) else as_bytes(value), profile=profile)


def wheel(folder: Path, name: str, version: str, on: date, files: Mapping[str, Any]) -> Path:
    """A wheel file; a path that ends in .gz is packed."""
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info/METADATA"
    members: dict[str, Any] = {
        **files,
        info: f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.\n".encode(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, value in members.items():
            content = value if isinstance(value, bytes) else as_bytes(value)
            packed = gzip.compress(content) if member.endswith(".gz") else content
            archive.writestr(zipfile.ZipInfo(member, (on.year, on.month, on.day, 12, 0, 0)), packed)
    return path


class GitRepository:
    """A small git repository with commits at chosen times."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch=main")

    @property
    def git_dir(self) -> Path:
        """What a user would name."""
        return self.folder / ".git"

    def commit(self, when: str, files: Mapping[str, Any | None], tag: str = "") -> str:
        """Commit files (None removes one) at an ISO time with zone; perhaps with an annotated tag."""
        for name, value in files.items():
            path = self.folder / name
            if value is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(value if isinstance(value, bytes) else as_bytes(value))
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message=change", when=when)
        if tag:
            self._git("tag", "--annotate", "--message=release", tag, when=when)
        return self._git("rev-parse", "HEAD").strip()

    def tag(self, name: str) -> None:
        """A lightweight tag."""
        self._git("tag", name)

    def _git(self, *arguments: str, when: str = "2020-01-01T00:00:00+00:00") -> str:
        person = {"NAME": "Someone", "EMAIL": "someone@example.com", "DATE": when}
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


def quota(region: str, name: str) -> dict[str, Any]:
    """A quota as ListAWSDefaultServiceQuotas gives it."""
    code = f"L-{sum(ord(c) * 31**n for n, c in enumerate(name)) % 16**8:08X}"
    return {
        "ServiceCode": "sagemaker",
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": f"arn:aws:servicequotas:{region}::sagemaker/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "Value": 0.0,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
