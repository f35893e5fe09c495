"""Types about whose storage or hypervisor no source says anything."""

from __future__ import annotations

from typing import Any

import pytest

from kb.checks.types_have_hardware import CHECK
from tests.checks.gate import Gate

KNOWN: dict[str, Any] = {"kind": "instance", "ec2_type": "a.b", "has_instance_store": False, "hypervisor": "nitro"}


@pytest.mark.parametrize(
    "facts",
    [
        KNOWN,
        KNOWN | {"hypervisor": None, "is_bare_metal": True},
        KNOWN | {"has_instance_store": None, "storage_basis": "contested"},
        {"kind": "accelerator"},
        {"kind": "managed"},
    ],
)
def test_good(facts: dict[str, Any]) -> None:
    with Gate(CHECK) as gate:
        assert gate.put("instance_types", instance_type="ml.a.b", **facts).passes()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (KNOWN | {"has_instance_store": None}, "local storage"),
        (KNOWN | {"hypervisor": None}, "hypervisor"),
        (KNOWN | {"hypervisor": None, "is_bare_metal": False}, "hypervisor"),
        ({"kind": "managed", "ec2_type": "a.b"}, "EC2 has a type of this name"),
    ],
)
def test_bad(facts: dict[str, Any], words: str) -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.good.b", **KNOWN)
        gate.put("instance_types", instance_type="ml.a.b", **facts).refuses("ml.a.b", words)
