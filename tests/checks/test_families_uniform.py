"""Sizes of one family that differ in local storage or hypervisor."""

from __future__ import annotations

import pytest

from kb.checks.families_uniform import CHECK
from tests.checks.gate import Gate


def test_uniform_family() -> None:
    with Gate(CHECK) as gate:
        for size in ("large", "xlarge"):
            gate.put("instance_types", instance_type=f"ml.g5.{size}", family="g5", has_instance_store=True)
        gate.put("instance_types", instance_type="ml.m5.large", family="m5", has_instance_store=False)
        assert gate.passes()


@pytest.mark.parametrize(
    ("column", "one", "other"), [("has_instance_store", True, False), ("hypervisor", "nitro", "xen")]
)
def test_divided_family(column: str, one: object, other: object) -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.g5.large", family="g5", **{column: one})
        gate.put("instance_types", instance_type="ml.g5.xlarge", family="g5", **{column: other})
        gate.refuses("g5", column, str(one).lower(), str(other).lower())


def test_what_is_not_known_divides_nothing() -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.g5.large", family="g5", has_instance_store=True)
        gate.put("instance_types", instance_type="ml.g5.xlarge", family="g5", has_instance_store=None)
        assert gate.passes()


def test_bare_metal_may_differ() -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.c5.large", family="c5", has_instance_store=False)
        gate.put(
            "instance_types", instance_type="ml.c5.metal", family="c5", has_instance_store=True, is_bare_metal=True
        )
        assert gate.passes()
