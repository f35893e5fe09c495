"""Where requests name types, keys and sizes: complete and right against the service model of the installed botocore."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import kb
from kb.library.calls import Setting, WorkloadRequest, operations, read_request
from kb.library.lookup import snapshot
from tests.guard.model import full_request, leaves, service

#: Members with a key of KMS that is not for the storage of instances, by their last names, and what it is for.
OTHER_KEYS = {
    "OutputDataConfig.KmsKeyId": "output in S3",
    "OutputConfig.KmsKeyId": "output in S3",
    "TransformOutput.KmsKeyId": "output in S3",
    "ProcessingOutputConfig.KmsKeyId": "output in S3",
    "MonitoringOutputConfig.KmsKeyId": "output in S3",
    "DataQualityJobOutputConfig.KmsKeyId": "output in S3",
    "ModelBiasJobOutputConfig.KmsKeyId": "output in S3",
    "ModelExplainabilityJobOutputConfig.KmsKeyId": "output in S3",
    "ModelQualityJobOutputConfig.KmsKeyId": "output in S3",
    "DataCaptureConfig.KmsKeyId": "captured requests in S3",
    "DataStorageConfig.KmsKey": "captured requests in S3",
    "CoreDumpConfig.KmsKeyId": "core dumps in S3",
    "AthenaDatasetDefinition.KmsKeyId": "query results in S3",
    "RedshiftDatasetDefinition.KmsKeyId": "query results in S3",
    "S3StorageConfig.KmsKeyId": "a feature group's offline store in S3",
    "S3Location.KmsKeyArn": "output in S3",
    "SharingSettings.S3KmsKeyId": "shared notebooks in S3",
    "WorkspaceSettings.S3KmsKeyId": "Canvas artifacts in S3",
    "OnlineStoreConfig.SecurityConfig.KmsKeyId": "a feature group's online store",
    "CreateModelCard.SecurityConfig.KmsKeyId": "a model card",
    "CreateModelPackage.SecurityConfig.KmsKeyId": "what the registry keeps of a model package",
    "CreateDomain.HomeEfsFileSystemKmsKeyId": "a domain's file system; the older name of KmsKeyId",
    "CreateMlflowApp.KmsKeyId": "an MLflow app, which names no instance type",
    "CreateEdgePackagingJob.ResourceKey": "the volume of a job of Edge Manager, which names no instance type",
    "CreatePartnerApp.KmsKeyId": "a partner's app, which names no ml. type",
}

#: Members with an instance type of which no workload of ours says what happens to a key, and why.
OTHER_TYPES = {
    "SelectedInstanceType": "in answers only: the one that was picked",
    "SupportedTrainingInstanceTypes[0]": "says what may be used; starts nothing",
    "SupportedRealtimeInferenceInstanceTypes[0]": "says what may be used; starts nothing",
    "SupportedTransformInstanceTypes[0]": "says what may be used; starts nothing",
    "HiddenInstanceTypes[0]": "says what is not shown; starts nothing",
    "ComputeQuotaResources[0].InstanceType": "a quota; starts nothing",
    "AbsoluteBorrowLimits[0].InstanceType": "a quota; starts nothing",
    "SearchTrainingPlanOfferings.InstanceType": "a search; starts nothing",
    "DebugRuleConfigurations[0].InstanceType": "a debugger's rule, which takes no key",
    "ProfilerRuleConfigurations[0].InstanceType": "a profiler's rule, which takes no key",
    "AcceleratorType": "an accelerator beside the instance",
    "AcceleratorTypes[0]": "an accelerator beside the instance",
    "NodesToAdd[0].InstanceTypes[0]": "more nodes of a group that has its key already",
    "CreateAIRecommendationJob.ComputeSpec.InstanceTypes[0]": "takes no volume key",
    "Specification.InstanceType": "an inference component on an endpoint that has its key already",
    "Specifications[0].InstanceType": "an inference component on an endpoint that has its key already",
    "UpdateInferenceExperiment.ModelVariants[0].InfrastructureConfig.RealTimeInferenceConfig.InstanceType": (
        "the key was given when the experiment was created"
    ),
    "DesiredModelVariants[0].InfrastructureConfig.RealTimeInferenceConfig.InstanceType": (
        "the key was given when the experiment was created"
    ),
}

#: Members with the size of a volume for which no workload of ours has a rule.
OTHER_SIZES = {
    "DebugRuleConfigurations[0].VolumeSizeInGB": "a debugger's rule, which takes no key",
    "ProfilerRuleConfigurations[0].VolumeSizeInGB": "a profiler's rule, which takes no key",
}


def is_key(path: str, shape: Any) -> bool:
    return bool(re.search("kms", path.rpartition(".")[2] + shape.name, re.IGNORECASE))


def is_type(path: str, shape: Any) -> bool:
    return any(value.startswith("ml.") for value in getattr(shape, "enum", ()))


def is_size(path: str, shape: Any) -> bool:
    return bool(re.search(r"VolumeSize", path.rpartition(".")[2], re.IGNORECASE))


def found_in(operation: str, kind: str) -> set[str]:
    """Paths that are read from a request with every member."""
    parts = read_request(operation, full_request(operation))
    settings: list[Setting] = [setting for part in parts for setting in getattr(part, kind)]
    assert all(setting.value == setting.path for setting in settings)
    return {setting.path for setting in settings}


@pytest.mark.parametrize(
    ("kind", "belongs", "others"),
    [("types", is_type, OTHER_TYPES), ("keys", is_key, OTHER_KEYS), ("sizes", is_size, OTHER_SIZES)],
)
def test_every_member_of_the_model_is_read_or_known_to_be_another(
    kind: str, belongs: Callable[[str, Any], bool], others: dict[str, str]
) -> None:
    needed, unknown = set(), []
    for operation in service().operation_names:
        wanted = {path for path, shape in leaves(operation) if belongs(path, shape)}
        read = found_in(operation, kind)
        assert read <= wanted, f"{operation}: data/curated/workloads.csv reads what is no such member"
        for path in wanted - read:
            names = {name for name in others if f".{operation}.{path}".endswith(f".{name}")}
            needed |= names
            if not names:
                unknown.append(f"{operation}: {path}")
    assert not unknown, f"neither in data/curated/workloads.csv nor known to be another: {', '.join(unknown)}"
    assert needed == set(others), "a member named here is not in the model any more"


def test_every_path_of_the_data_is_in_the_model() -> None:
    missing = []
    for workload, names, *cells in snapshot().rows("requests"):
        for kind, cell in zip(("types", "keys", "sizes"), cells, strict=True):
            for text in filter(None, cell.split(" | ")):
                only, _, path = text.rpartition(":")
                assert only == "" or only in names.split(", "), text
                pattern = re.sub(r"\\\[(\\\?)?\\\]", r"\\[0\\]", re.escape(path.removeprefix("*.")))
                matches = re.compile(rf"(.+\.)?{pattern}" if "*" in path else pattern).fullmatch
                hits = {
                    operation: any(map(matches, found_in(operation, kind)))
                    for operation in ([only] if only else names.split(", "))
                }
                # a path with a wildcard is for whichever operations have it
                if not (any(hits.values()) if "*" in path else all(hits.values())):
                    missing.append(f"{workload}: {text} is not in {', '.join(o for o, hit in hits.items() if not hit)}")
    assert not missing, "; ".join(missing)


def test_every_operation_exists_and_every_workload_has_one() -> None:
    assert set(operations()) <= set(service().operation_names)
    assert {part.workload for operation in operations() for part in read_request(operation, {})} == set(kb.workloads())


#: What the reference says of a list from which SageMaker picks: "in priority order", "controls the order in which".
PICKS = re.compile(r"priority|order in which|order of instance types")


def lists_of_types() -> dict[str, tuple[bool, str]]:
    """For each list with types that we read: whether the data says that SageMaker picks one, and the reference."""
    found: dict[str, tuple[bool, str]] = {}
    for operation in operations():
        shape = service().operation_model(operation).input_shape
        for part in read_request(operation, full_request(operation)):
            for named in part.types:
                if held := re.fullmatch(r"(.*?(\w+))\[0\](\.InstanceType)?", named.path):
                    found[held[2]] = (named.choice == held[1], documentation(shape, held[1]))
    return found


def documentation(shape: Any, path: str) -> str:
    for step in path.replace("[0]", ".[0]").split("."):
        shape = shape.member if step == "[0]" else shape.members[step]
    return str(shape.documentation)


def test_lists_from_which_sagemaker_picks_are_marked_as_the_reference_says() -> None:
    assert {name: bool(PICKS.search(text)) for name, (_, text) in lists_of_types().items()} == {
        name: is_choice for name, (is_choice, _) in lists_of_types().items()
    }


def test_lists_of_types_are_choices_or_all_of_them_run() -> None:
    found = lists_of_types()
    assert {name for name, (is_choice, _) in found.items() if is_choice} == {
        "InstanceConfigs",
        "InstancePools",
        "InstancePreferences",
        "InstanceTypes",
    }
    assert {name for name, (is_choice, _) in found.items() if not is_choice} == {
        "EndpointConfigurations",
        "InstanceGroups",
        "ProductionVariants",
        "RestrictedInstanceGroups",
        "ShadowProductionVariants",
    }


def read(operation: str, **parameters: Any) -> WorkloadRequest:
    [part] = read_request(operation, parameters)
    return part


def test_one_type_one_key_one_size() -> None:
    part = read(
        "CreateTrainingJob",
        ResourceConfig={"InstanceType": "ml.g5.xlarge", "VolumeKmsKeyId": "key", "VolumeSizeInGB": 50},
        OutputDataConfig={"KmsKeyId": "of S3"},
    )
    assert part.workload == "training"
    assert [(each.path, each.value) for each in part.types] == [("ResourceConfig.InstanceType", "ml.g5.xlarge")]
    assert [(each.path, each.value) for each in part.keys] == [("ResourceConfig.VolumeKmsKeyId", "key")]
    assert [(each.path, each.value) for each in part.sizes] == [("ResourceConfig.VolumeSizeInGB", 50)]
    assert part.key_paths == ("ResourceConfig.VolumeKmsKeyId",)


def test_one_key_for_every_variant_of_an_endpoint_and_a_size_for_each() -> None:
    part = read(
        "CreateEndpointConfig",
        KmsKeyId="key",
        ProductionVariants=[
            {"InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
            {"InstancePools": [{"InstanceType": "ml.g5.xlarge"}, {"InstanceType": "ml.g6.xlarge"}]},
            {"ServerlessConfig": {"MemorySizeInMB": 2048}, "CoreDumpConfig": {"KmsKeyId": "of S3"}},
        ],
        DataCaptureConfig={"KmsKeyId": "of S3"},
    )
    assert [each.path for each in part.types] == [
        "ProductionVariants[0].InstanceType",
        "ProductionVariants[1].InstancePools[0].InstanceType",
        "ProductionVariants[1].InstancePools[1].InstanceType",
    ]
    assert [[key.value for key in part.keys_of(each)] for each in part.types] == [["key"]] * 3
    assert [[size.value for size in part.sizes_of(each)] for each in part.types] == [[10], [], []]


def test_a_key_of_one_group_is_not_that_of_another() -> None:
    volume = {"EbsVolumeConfig": {"VolumeKmsKeyId": "key", "VolumeSizeInGB": 500}}
    groups = [{"InstanceRequirements": {"InstanceTypes": ["ml.g5.xlarge", "ml.m5.large"]}} for _ in range(11)]
    groups[1]["InstanceStorageConfigs"] = [volume]  # type: ignore[assignment]
    part = read("CreateCluster", InstanceGroups=groups, RestrictedInstanceGroups=[{"InstanceType": "ml.p5.48xlarge"}])
    under_key = [each.path for each in part.types if part.keys_of(each)]
    # not those of group 10, whose path begins with the same characters
    assert under_key == [f"InstanceGroups[1].InstanceRequirements.InstanceTypes[{n}]" for n in (0, 1)]


def test_each_training_definition_of_a_tuning_job_has_its_own_key() -> None:
    with_key = {"ResourceConfig": {"InstanceType": "ml.g5.xlarge", "VolumeKmsKeyId": "key"}}
    several = {"HyperParameterTuningResourceConfig": {"InstanceConfigs": [{"InstanceType": "ml.m5.large"}]}}
    part = read("CreateHyperParameterTuningJob", TrainingJobDefinitions=[with_key, several])
    assert {each.value: bool(part.keys_of(each)) for each in part.types} == {"ml.g5.xlarge": True, "ml.m5.large": False}


def test_a_studio_key_is_given_with_the_domain_only() -> None:
    settings = {"JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.g5.xlarge"}}}
    domain = read("CreateDomain", KmsKeyId="key", DefaultUserSettings=settings, DefaultSpaceSettings=settings)
    assert len(domain.types) == 2
    assert all(domain.keys_of(each) for each in domain.types)
    assert read("CreateUserProfile", UserSettings=settings).key_paths == ()
    app = read("CreateApp", ResourceSpec={"InstanceType": "system"}, KmsKeyId="no such member")
    assert ([each.value for each in app.types], app.keys) == (["system"], ())


def test_an_algorithm_is_validated_with_training_and_transform_jobs() -> None:
    parts = read_request("CreateAlgorithm", full_request("CreateAlgorithm"))
    assert {part.workload: len(part.keys) for part in parts} == {"training": 1, "packaged_transform_validation": 1}


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        "text",
        [],
        {"ResourceConfig": None},
        {"ResourceConfig": ["InstanceType"]},
        {"ResourceConfig": {"InstanceGroups": {"InstanceType": "ml.m5.large"}}},
        {"ResourceConfig": {"InstanceGroups": [None, 3, "InstanceType"]}},
    ],
)
def test_requests_of_another_form_are_passed_over(parameters: object) -> None:
    [part] = read_request("CreateTrainingJob", parameters)
    assert (part.types, part.keys, part.sizes) == ((), (), ())


def test_values_are_given_as_they_are() -> None:
    value = {"Ref": "Type"}
    assert read("CreateTrainingJob", ResourceConfig={"InstanceType": value}).types[0].value is value
    assert [part.workload for part in read_request("ListTrainingJobs", {})] == []


def test_a_wildcard_does_not_search_without_end() -> None:
    endless: dict[str, Any] = {}
    endless["AgainSettings"] = endless
    endless["Other"] = endless
    endless["DefaultResourceSpec"] = {"InstanceType": "ml.m5.large"}
    found = read("CreateDomain", **endless).types
    assert sorted(each.path.count("Again") for each in found) == [0, 1, 2]
