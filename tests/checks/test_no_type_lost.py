"""Types that nobody lists any more, that EC2 retired, or that left an enum."""

from __future__ import annotations

from datetime import date

from kb.checks.no_type_lost import CHECK
from tests.checks.gate import Gate

GONE = date(2026, 5, 1)


def test_listed_types() -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.m5.large", status="listed")
        gate.put("instance_types", instance_type="ml.r7g.large", status="price_list_only")
        gate.put("enum_members", enum_shape="TrainingType", enum_value="ml.m5.large", valid_from=date(2018, 1, 1))
        assert gate.passes()


def test_delisted() -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.m5.large", status="delisted")
        gate.refuses("ml.m5.large", "no API enum and no price list")


def test_retired() -> None:
    with Gate(CHECK) as gate:
        gate.put("instance_types", instance_type="ml.p3.2xlarge", status="retired", retired_on=GONE)
        gate.refuses("ml.p3.2xlarge", "2026-05-01")


def test_left_an_enum() -> None:
    with Gate(CHECK) as gate:
        gate.put("enum_members", enum_shape="TrainingType", enum_value="ml.m5.large", valid_to=GONE)
        gate.put("enum_members", enum_shape="EndpointType", enum_value="ml.m5.large")
        gate.refuses("TrainingType ml.m5.large", "left the enum on 2026-05-01")


def test_left_an_enum_and_came_back() -> None:
    with Gate(CHECK) as gate:
        member = {"enum_shape": "TrainingType", "enum_value": "ml.m5.large"}
        gate.put("enum_members", **member, valid_from=date(2018, 1, 1), valid_to=GONE)
        gate.put("enum_members", **member, valid_from=date(2026, 6, 1))
        assert gate.passes()
