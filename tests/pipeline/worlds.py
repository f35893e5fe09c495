"""Random small worlds for property tests: listings that come and go, two hardware sources, rules that change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hypothesis import strategies as st

from tests.pipeline.mini import LAUNCH, MiniData

TYPES = ("ml.a1.large", "ml.a1.xlarge", "ml.a1.2xlarge", "ml.b1.large", "ml.b1.xlarge")
SHAPES = ("TrainingType", "EndpointType", "OldType")
WORKLOADS = ("training", "endpoint", "experiment", "automl", "packing")
#: Few enough that events of different inputs often fall on one day.
DAYS = (LAUNCH, "2018-05-05", "2019-01-01", "2020-02-29", "2021-06-30", "2023-03-03", "2026-06-10")

Facts = dict[str, str]

_toggles = st.lists(st.sampled_from(DAYS), unique=True, max_size=3).map(sorted)
_storage = st.sampled_from(
    (
        {},
        {"has_instance_store": "false", "instance_store_gb": "0"},
        {"has_instance_store": "true", "nvme_support": "required", "instance_store_gb": "75"},
        {"has_instance_store": "true", "nvme_support": "supported", "instance_store_gb": "900"},
    )
)
_hypervisor = st.sampled_from(({}, {"hypervisor": "nitro"}, {"hypervisor": "xen"}))
_facts = st.tuples(_storage, _hypervisor).map(lambda parts: parts[0] | parts[1])
_capture = st.dictionaries(st.sampled_from(DAYS), st.none() | _facts, max_size=3)
_curated = st.dictionaries(st.sampled_from(DAYS[1:]), _facts, max_size=2)
_rule = st.sampled_from(
    (
        ("encrypts", "rejected", ""),
        ("encrypts", "not_applied", ""),
        ("encrypts", "ebs_only", ""),
        ("encrypts", "unknown", ""),
        ("encrypts", "rejected", "rejected"),
        ("no_key_parameter", "no_key_parameter", ""),
    )
)
_rules = st.dictionaries(st.sampled_from(DAYS), _rule, max_size=3)
_inherits = st.sampled_from(("always", "later"))


@st.composite
def worlds(draw: st.DrawFn, root: Path) -> MiniData:
    """A world with at least one listed type."""
    data = MiniData(root, empty=True)
    for name in TYPES:
        for shape in SHAPES:
            _toggle(draw(_toggles), lambda on, listed, s=shape, n=name: data.enum(on, s, n, listed=listed))
        days = draw(_toggles)
        _toggle(days, lambda on, listed, n=name: data.prices(on, "hosting", "eu-west-1", n, listed=listed))
        ec2_type = name.removeprefix("ml.")
        _capture_rows(data, ec2_type, draw(_capture))
        for on, facts in draw(_curated).items():
            data.hardware(on, ec2_type, **facts)
    data.enum(DAYS[0], "TrainingType", TYPES[0])
    _workloads(data, draw)
    return data


def _toggle(days: Iterable[str], put: object) -> None:
    assert callable(put)
    for position, on in enumerate(days):
        put(on, position % 2 == 0)


def _capture_rows(data: MiniData, ec2_type: str, readings: dict[str, Facts | None]) -> None:
    """What the capture says on each day, None for a capture without the type; facts it no longer has become empty."""
    stated: Facts = {}
    for on, facts in sorted(readings.items()):
        if facts is not None:
            data.capture(on, ec2_type, **dict.fromkeys(stated, "") | facts)
            stated |= facts
        elif any(key[1] == ec2_type for key in data.rows["ec2_api_capture"]):
            data.capture(on, ec2_type, is_present="false")


def _workloads(data: MiniData, draw: st.DrawFn) -> None:
    """Three with rules of their own, two of which name types; one that runs as another; one that changed its enum."""
    reason = {"runs_as": "endpoint", "runs_as_reason": "It creates endpoints."}
    data.workload("training", LAUNCH, enum_shape="TrainingType")
    data.workload("endpoint", LAUNCH, enum_shape="EndpointType", price_component="hosting")
    data.workload("experiment", "2019-01-01", enum_shape="EndpointType", **reason)
    data.workload("automl", "2019-01-01")
    data.workload("packing", "2018-05-05", enum_shape="TrainingType")
    data.add("former_enums", workload="packing", enum_shape="OldType", used_from="2018-05-05", used_to="2021-06-30")
    begin = {row["workload"]: row["introduced_on"] for row in data.curated["workloads"]}
    for workload in ("training", "endpoint", "automl", "packing"):
        # the first row of a timeline stands on the day on which the workload came
        rules = {max(on, begin[workload]): rule for on, rule in draw(_rules).items()}
        for on, (without, with_storage, nitro) in ({begin[workload]: draw(_rule)} | rules).items():
            data.rule(workload, on, without, with_storage, nitro)
    if draw(_inherits) == "later":
        data.rule("experiment", "2019-01-01", "no_key_parameter", "no_key_parameter")
        data.rule("experiment", "2020-02-29", "inherit", "inherit")
    else:
        data.rule("experiment", "2019-01-01", "inherit", "inherit")
