"""A type whose facts about local storage do not fit together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kb.checks.nvme_consistent import CHECK
from tests.checks.gate import Gate

BEGIN = date(2021, 1, 1)
LOCAL: dict[str, Any] = {
    "has_instance_store": True,
    "nvme_support": "required",
    "instance_store_encryption": "required",
    "instance_store_gb": 250,
    "instance_store_disks": "1x250 ssd",
    "hypervisor": "nitro",
    "is_nitro": True,
    "is_kms_eligible": False,
}
NONE: dict[str, Any] = {
    "has_instance_store": False,
    "instance_store_gb": 0,
    "hypervisor": "nitro",
    "is_nitro": True,
    "is_kms_eligible": True,
}


@pytest.mark.parametrize(
    "facts",
    [
        LOCAL,
        NONE,
        {},
        LOCAL | {"instance_store_gb": None, "instance_store_disks": None, "instance_store_encryption": None},
        LOCAL | {"hypervisor": "xen", "is_nitro": False, "nvme_support": "supported"},
        LOCAL | {"hypervisor": "xen", "is_nitro": False, "instance_store_encryption": "unsupported"},
        LOCAL | {"nvme_support": "unsupported", "instance_store_disks": "3x2000 hdd", "instance_store_gb": 6000},
        NONE | {"nvme_support": "unsupported", "hypervisor": None, "is_nitro": None},
        LOCAL | {"has_nvme_instance_store": True},
        LOCAL | {"nvme_support": None, "has_nvme_instance_store": True},
        LOCAL | {"nvme_support": None, "has_nvme_instance_store": False},
        NONE | {"nvme_support": "unsupported", "has_nvme_instance_store": False},
        {"instance_store_gb": 75, "storage_basis": "contested"},
    ],
)
def test_good(facts: dict[str, Any]) -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types_history", instance_type="ml.g5.xlarge", valid_from=BEGIN, **facts)
        assert gate.passes()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (LOCAL | {"nvme_support": None}, "nothing about NVMe"),
        (LOCAL | {"nvme_support": "perhaps"}, "nvme_support is perhaps"),
        (LOCAL | {"instance_store_encryption": "perhaps"}, "instance_store_encryption is perhaps"),
        (LOCAL | {"instance_store_encryption": "unsupported"}, "without encryption"),
        (LOCAL | {"instance_store_gb": 0}, "0 GB"),
        (LOCAL | {"hypervisor": "kvm"}, "hypervisor is kvm"),
        (LOCAL | {"is_kms_eligible": True}, "is_kms_eligible"),
        (LOCAL | {"is_kms_eligible": None}, "is_kms_eligible"),
        (NONE | {"instance_store_gb": 75}, "75 GB"),
        (NONE | {"instance_store_disks": "1x75 ssd"}, "1x75 ssd"),
        (NONE | {"nvme_support": "required"}, "NVMe required"),
        (NONE | {"is_kms_eligible": False}, "is_kms_eligible"),
        ({"instance_store_gb": 75}, "without knowing"),
        (LOCAL | {"has_nvme_instance_store": False}, "NVMe required, but has_nvme_instance_store is false"),
        (NONE | {"has_nvme_instance_store": True}, "no local storage, but NVMe"),
        ({"is_kms_eligible": True}, "is_kms_eligible"),
    ],
)
def test_bad(facts: dict[str, Any], words: str) -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types_history", instance_type="ml.m5.large", valid_from=BEGIN, **NONE)
        gate.put("instance_types_history", instance_type="ml.g5.xlarge", valid_from=BEGIN, **facts)
        gate.refuses("ml.g5.xlarge 2021-01-01", words)


@pytest.mark.parametrize(("total", "is_good"), [(2050, True), (2000, False), (None, True)])
def test_disks_add_up(total: int | None, is_good: bool) -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.g5.xlarge", instance_store_gb=total)
        for group, (count, size) in enumerate(((1, 250), (2, 900)), 1):
            cells = {"disk_group": group, "disk_count": count, "disk_size_gb": size, "disk_type": "ssd"}
            gate.put("instance_store_disks", instance_type="ml.g5.xlarge", **cells)
        assert gate.passes() == is_good
        if not is_good:
            gate.refuses("ml.g5.xlarge", "2050", "2000")
