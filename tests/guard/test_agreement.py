"""The guard and the checker ask the same judge: they must give the same answer to the same request."""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from botocore.hooks import HierarchicalEmitter

import kb
from kb.checker.expand import Expander, as_it_stands
from kb.checker.findings import check, merged
from kb.checker.model import Call, Finding, Options, Path
from kb.checker.readers.api import operation_of
from kb.library.calls import read_request
from kb.library.lookup import snapshot
from tests.checker.test_corpus import CORPUS
from tests.effort import some

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NEWER = "ml.newer2.xlarge"
HARMS = {"key-not-applied", "key-covers-ebs-only", "mixed-types"}


class Lines:
    """Stands for a document whose lines do not matter."""

    def line(self, path: Path) -> int:
        return len(path)


def checked(operation: str, request: Any, *, require_key: bool = False) -> list[Finding]:
    """What the checker says of the keys of a request."""
    calls = Expander(as_it_stands).calls(Call(operation, Lines(), (), "request"), request, None, ())
    found = merged(each for call in calls for each in check(call, Options(require_key=require_key), "a.json"))
    return [each for each in found if each.rule.startswith("key-") or each.rule == "mixed-types"]


def guarded(operation: str, request: Any, need: str = "key_accepted") -> tuple[str, list[kb.KeyProblem]]:
    """Whether the guard refuses, warns or passes a request, and its problems."""
    events = HierarchicalEmitter()
    kb.guard(SimpleNamespace(events=events), need=need)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            event = f"before-parameter-build.sagemaker.{operation}"
            events.emit(event, params=request, model=SimpleNamespace(name=operation), context={})
        except kb.VolumeKeyRefused as error:
            return "refused", list(error.problems)
    return ("warned", []) if caught else ("passed", [])


def assert_agreement(operation: str, request: Any) -> str:
    """Compare the two; returns what the guard did."""
    findings = checked(operation, request)
    rules = {each.rule for each in findings}
    done, problems = guarded(operation, request)
    expected = "refused" if "key-rejected" in rules else "warned" if rules & HARMS else "passed"
    assert done == expected, [each.message for each in findings]
    refused = {each.instance_type for each in problems if each.is_refused}
    assert refused == {each.instance_type for each in findings if each.rule == "key-rejected"}
    # whoever wants everything under a key is refused wherever the checker finds harm, or a key missing
    needed = {each.rule for each in checked(operation, request, require_key=True)}
    if needed & {*HARMS, "key-rejected", "key-missing"}:
        assert guarded(operation, request, "all_storage_under_key")[0] == "refused"
    return done


def requests_of_the_corpus() -> Iterator[Any]:
    for file in sorted((CORPUS / "requests").iterdir()):
        read = json.loads if file.suffix == ".json" else yaml.safe_load
        data = read(file.read_text(encoding="utf-8"))
        for number, request in enumerate(data if isinstance(data, list) else [data]):
            if operation_of(request):
                yield pytest.param(request, id=f"{file.name}-{number}")


@pytest.mark.parametrize("request_", list(requests_of_the_corpus()))
def test_on_the_corpus(request_: Any) -> None:
    operation = operation_of(request_)
    assert operation
    assert_agreement(operation, request_)


# -- requests made from the data: every operation, every place of a type, every combination of two outcomes


def examples(workload: str) -> dict[str, str]:
    """A type for each outcome that there is in a workload, and one that nobody knows."""
    found = {kb.volume_kms(name, workload).outcome.value: name for name in snapshot().type_names}
    return {**found, "newer": NEWER}


def put(part: Any, steps: list[str], value: Any) -> Any:
    """Put a value into a request; the marks of a list hold the number of the element."""
    if not steps:
        return value
    step, *rest = steps
    if step.startswith("["):
        part = part or []
        number = int(step[1:-1])
        part += [{} for _ in range(number + 1 - len(part))]
        part[number] = put(part[number], rest, value)
        return part
    part = part or {}
    part[step] = put(part.get(step), rest, value)
    return part


def steps_of(path: str, number: int) -> list[str]:
    """Steps of a path: element `number` in the innermost list, the first in the others."""
    path = path.replace("*.", "DefaultUserSettings.JupyterLabAppSettings.").replace("[?]", "[]")
    before, bracket, after = path.rpartition("[]")
    filled = f"{before.replace('[]', '[0]')}[{number}]{after}" if bracket else path
    return filled.replace("[", ".[").split(".")


def places() -> Iterator[Any]:
    for workload, operations, types, keys, _ in snapshot().rows("requests"):
        for operation, cell in itertools.product(operations.split(", "), types.split(" | ")):
            only, _, path = cell.rpartition(":")
            if path and only in ("", operation):
                own = [key.rpartition(":") for key in keys.split(" | ")]
                key_paths = [key for name, _, key in own if key and name in ("", operation)]
                yield pytest.param(workload, operation, path, key_paths, id=f"{operation}-{path}")


@pytest.mark.parametrize(("workload", "operation", "path", "key_paths"), some(places(), every=3))
def test_on_every_place_of_a_type_and_two_outcomes(
    workload: str, operation: str, path: str, key_paths: list[str]
) -> None:
    done = set()
    known = examples(workload)
    for one, other in itertools.product(known, known):
        for key in (KEY, None):
            request: Any = None
            for number, outcome in enumerate((one, other) if "[" in path else (one,)):
                request = put(request, steps_of(path, number), known[outcome])
                for key_path in key_paths if key else ():
                    request = put(request, steps_of(key_path, number if "[]" in path else 0), key)
            if operation.startswith("Create"):
                done.add((assert_agreement(operation, request), bool(key)))
            else:
                assert_agreement(operation, request)
    assert all(result == "passed" for result, has_key in done if not has_key)
    if key_paths and operation.startswith("Create") and {"rejected", "not_applied", "ebs_only"} & known.keys():
        assert {result for result, has_key in done if has_key} >= {"passed"}
        assert done - {("passed", True), ("passed", False)}, "no type was refused or warned of"


@pytest.mark.parametrize(
    ("names", "done", "rule", "severity"),
    [
        (("ml.g5.xlarge", "ml.g6.xlarge"), "refused", "key-rejected", "error"),
        (("ml.g5.xlarge", "ml.m5.xlarge"), "warned", "mixed-types", "error"),
        (("ml.g5.xlarge", NEWER), "warned", "mixed-types", "error"),
        (("ml.m5.xlarge", "ml.c5.xlarge"), "passed", None, None),
        (("ml.m5.xlarge", NEWER), "passed", None, None),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_a_tuning_job_with_several_configurations(
    names: tuple[str, ...], done: str, rule: str | None, severity: str | None, *, several: bool
) -> None:
    resources = {"InstanceConfigs": [{"InstanceType": name, "InstanceCount": 1} for name in names]}
    definition = {"HyperParameterTuningResourceConfig": {**resources, "VolumeKmsKeyId": KEY}}
    request = {"TrainingJobDefinitions": [definition]} if several else {"TrainingJobDefinition": definition}
    assert assert_agreement("CreateHyperParameterTuningJob", request) == done
    findings = checked("CreateHyperParameterTuningJob", request)
    assert {(each.rule, each.severity.word) for each in findings} == ({(rule, severity)} if rule else set())


@pytest.mark.parametrize(
    ("names", "done", "rule", "severity"),
    [
        (("ml.g5.xlarge", "ml.m5d.xlarge"), "warned", "key-not-applied", "error"),
        (("ml.g5.xlarge", "ml.m5.xlarge"), "warned", "mixed-types", "error"),
        (("ml.g5.xlarge", NEWER), "warned", "mixed-types", "error"),
        (("ml.m5.xlarge", "ml.c5.xlarge"), "passed", None, None),
    ],
)
@pytest.mark.parametrize("variants", ["ProductionVariants", "ShadowProductionVariants"])
def test_an_endpoint_with_pools(
    names: tuple[str, ...], done: str, rule: str | None, severity: str | None, variants: str
) -> None:
    pools = [{"InstanceType": name, "Priority": number} for number, name in enumerate(names, 1)]
    request = {"KmsKeyId": KEY, variants: [{"VariantName": "a", "InstancePools": pools}]}
    assert assert_agreement("CreateEndpointConfig", request) == done
    findings = checked("CreateEndpointConfig", request)
    assert {(each.rule, each.severity.word) for each in findings} == ({(rule, severity)} if rule else set())


def test_a_mixed_pool_warns_of_the_types_that_are_harmed_and_of_no_other() -> None:
    pools = [{"InstanceType": name} for name in ("ml.g5.xlarge", "ml.m5.xlarge")]
    request = {"KmsKeyId": KEY, "ProductionVariants": [{"InstancePools": pools}]}
    _, problems = guarded("CreateEndpointConfig", request, "all_storage_under_key")
    [problem] = problems
    assert problem.type_path == "ProductionVariants[0].InstancePools[0].InstanceType"
    assert "ProductionVariants[0].InstancePools: SageMaker picks one of them" in problem.reason


def test_two_lists_of_which_each_has_one_answer_are_no_choice_between_them() -> None:
    pools = [{"InstancePools": [{"InstanceType": name}]} for name in ("ml.g5.xlarge", "ml.m5.xlarge")]
    findings = checked("CreateEndpointConfig", {"KmsKeyId": KEY, "ProductionVariants": pools})
    assert {each.rule for each in findings} == {"key-not-applied", "mixed-types"}
    assert all("one key serves them all" in each.message for each in findings if each.rule == "mixed-types")


def test_requests_that_are_read_for_two_workloads_are_judged_for_both() -> None:
    profile = {
        "TrainingJobDefinition": {"ResourceConfig": {"InstanceType": "ml.g5.xlarge", "VolumeKmsKeyId": KEY}},
        "TransformJobDefinition": {"TransformResources": {"InstanceType": "ml.g5.xlarge", "VolumeKmsKeyId": KEY}},
    }
    request = {"ValidationSpecification": {"ValidationProfiles": [profile]}}
    assert len(read_request("CreateAlgorithm", request)) == 2
    assert assert_agreement("CreateAlgorithm", request) == "refused"
    assert {each.workload for each in checked("CreateAlgorithm", request)} == {
        "training",
        "packaged_transform_validation",
    }
