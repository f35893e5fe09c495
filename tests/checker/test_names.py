"""The names that readers derive, against the real models: botocore's of the API, cfn-lint's of CloudFormation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from kb.checker.naming import camel_case, snake, snake_case
from kb.checker.readers import pipelines, terraform
from kb.checker.readers.api import SIGNATURES, operation_of
from kb.library.calls import Node, operations, tree
from kb.library.judge import NO_TYPE

MODEL = botocore.session.get_session().get_service_model("sagemaker")
REGION = "us-east-1"


def members(operation: str) -> set[str]:
    return set(MODEL.operation_model(operation).input_shape.members)


@pytest.mark.parametrize("operation", SIGNATURES)
def test_signatures_are_members_of_their_operation(operation: str) -> None:
    assert set(SIGNATURES[operation]) <= members(operation)


def test_signatures_tell_operations_apart() -> None:
    """Where a request could be for two operations, the first is meant, and the two have the same types and keys."""
    order = list(SIGNATURES)
    ambiguous = {
        (one, other)
        for one in order
        for other in order
        if order.index(one) < order.index(other) and set(SIGNATURES[one]) <= members(other)
    }
    assert ambiguous == set()


def test_every_operation_that_matters_is_recognized_from_a_request() -> None:
    # an update has the same members as the creation, and is read as one; only Domain has members of its own
    updates = {name for name in operations() if name.startswith("Update")} - {"UpdateDomain"}
    assert set(SIGNATURES) == set(operations()) - updates
    for operation in SIGNATURES:
        assert operation_of({name: {} for name in members(operation)}) == operation


def test_steps_of_pipelines_are_operations_that_matter() -> None:
    assert set(pipelines.STEP_OPERATIONS.values()) <= set(operations())


def test_values_that_are_no_types_are_in_the_enum() -> None:
    enum = MODEL.shape_for("AppInstanceType").enum
    assert {value for value in enum if not value.startswith("ml.")} == set(filter(None, NO_TYPE))


def test_settings_is_in_every_name_on_the_way_to_a_type_in_studio() -> None:
    """Shapes with a wildcard follow members with Settings in their name only; nothing may be missed by that."""
    for operation in ("CreateDomain", "UpdateDomain", "CreateUserProfile", "CreateSpace"):
        for path in paths(MODEL.operation_model(operation).input_shape):
            if path[-2:] in (("DefaultResourceSpec", "InstanceType"), ("EbsStorageSettings", "EbsVolumeSizeInGb")):
                assert all("Settings" in name for name in path[:-2]), path


def paths(shape: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if shape.type_name == "structure" and len(above) < 8:
        for name, member in shape.members.items():
            yield (*above, name)
            yield from paths(member, (*above, name))
    elif shape.type_name == "list" and len(above) < 8:
        yield from paths(shape.member, above)


# -- CloudFormation

RESOURCES = sorted(
    name.removeprefix("AWS::SageMaker::")
    for name in PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION)
    if name.startswith("AWS::SageMaker::") and tree(f"Create{name.removeprefix('AWS::SageMaker::')}")
)
#: Members of API requests that CloudFormation does not have (yet).
NOT_IN_CLOUDFORMATION = {
    "Algorithm": {"ValidationSpecification"},
    "ProcessingJob": {"ProcessingResources.ClusterConfig.InstancePreferences"},
}


def resource_schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, f"AWS::SageMaker::{name}").schema
    return schema


def resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def properties_of(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Properties of a schema, those of its alternatives too."""
    schema = resolved(schema, root)
    found = dict(schema.get("properties", {}))
    for word in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(word, ()):
            found |= properties_of(part, root)
    return found


def missing(node: Node, schema: dict[str, Any], root: dict[str, Any], above: str = "") -> Iterator[str]:
    """Members that matter and that the schema does not have."""
    known = properties_of(schema, root)
    for name, below in node.below.items():
        place = f"{above}.{name}".removeprefix(".")
        if name not in known:
            yield place
            continue
        inner, inner_schema = below, resolved(known[name], root)
        if below.is_list:
            assert inner_schema["type"] == "array", place
            inner, inner_schema = below.below["[]"], inner_schema["items"]
        if not inner.is_value:
            yield from missing(inner, inner_schema, root, place)


def test_resources_of_cloudformation_are_known() -> None:
    assert len(RESOURCES) >= 16
    assert {"EndpointConfig", "NotebookInstance", "ProcessingJob", "Cluster", "Domain"} <= set(RESOURCES)


@pytest.mark.parametrize("name", RESOURCES)
def test_properties_have_the_names_of_the_api(name: str) -> None:
    node, schema = tree(f"Create{name}"), resource_schema(name)
    assert node is not None
    # where members may have any name, those of the exact paths are looked for by test_studio_in_cloudformation
    if node.anywhere is None:
        assert set(missing(node, schema, schema)) == NOT_IN_CLOUDFORMATION.get(name, set())


@pytest.mark.parametrize("name", ["Domain", "UserProfile", "Space"])
def test_studio_in_cloudformation(name: str) -> None:
    """Every default type in the schema is reached through members whose names have Settings in them."""

    def types(schema: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for member, below in properties_of(schema, root).items():
            if member == "DefaultResourceSpec":
                yield above
            elif len(above) < 8:
                yield from types(below, (*above, member))

    root = resource_schema(name)
    found = list(types(root, ()))
    assert found
    assert all("Settings" in step for place in found for step in place)


def test_every_resource_with_a_volume_key_or_a_type_is_checked() -> None:
    """A new resource of CloudFormation that names types or volume keys must be looked at."""
    other = {"ComputeQuota", "InferenceComponent"}  # a quota, and a part of an endpoint that has its own configuration
    found = set()
    for full_name in PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION):
        if full_name.startswith("AWS::SageMaker::"):
            name = full_name.removeprefix("AWS::SageMaker::")
            text = str(resource_schema(name))
            if "'InstanceType'" in text or "'VolumeKmsKeyId'" in text:
                found.add(name)
    assert found - other <= set(RESOURCES)


# -- other namings


@pytest.mark.parametrize(
    ("api_name", "terraform_name"),
    [
        ("VolumeSizeInGB", "volume_size_in_gb"),
        ("VolumeKmsKeyId", "volume_kms_key_id"),
        ("EbsVolumeSizeInGb", "ebs_volume_size_in_gb"),
        ("ProductionVariants", "production_variants"),
        ("RStudioServerProDomainSettings", "r_studio_server_pro_domain_settings"),
    ],
)
def test_names_of_terraform(api_name: str, terraform_name: str) -> None:
    assert snake(api_name) == terraform_name
    if api_name.startswith("RStudio"):
        # no member that matters, so only its words are known
        assert snake_case(terraform_name) == "RStudioServerProDomainSettings"
    else:
        assert snake_case(terraform_name) == api_name


def test_every_member_that_matters_survives_the_way_to_terraform_and_cloudtrail() -> None:
    def check(node: Node) -> None:
        for name, below in node.below.items():
            if name != "[]":
                assert snake_case(snake(name)) == name
                assert camel_case(name[:1].lower() + name[1:]) == name
            check(below)

    for operation in operations():
        node = tree(operation)
        assert node is not None
        check(node)


@pytest.mark.parametrize(
    ("resource", "operation"),
    [
        ("aws_sagemaker_endpoint_configuration", "CreateEndpointConfig"),
        ("awscc_sagemaker_endpoint_config", "CreateEndpointConfig"),
        ("aws_sagemaker_notebook_instance", "CreateNotebookInstance"),
        ("aws_sagemaker_hyper_parameter_tuning_job", "CreateHyperParameterTuningJob"),
        ("aws_sagemaker_data_quality_job_definition", "CreateDataQualityJobDefinition"),
        ("aws_sagemaker_user_profile", "CreateUserProfile"),
        ("awscc_sagemaker_processing_job", "CreateProcessingJob"),
        ("aws_sagemaker_model", None),
        ("aws_instance", None),
    ],
)
def test_resources_of_terraform(resource: str, operation: str | None) -> None:
    assert terraform.operation_of(resource) == operation


def members_of(node: Node) -> Iterator[str]:
    for name, below in node.below.items():
        yield name
        yield from members_of(below)


def test_exceptions_of_terraform_lead_to_members_that_matter() -> None:
    for kind, names in terraform.ATTRIBUTE_EXCEPTIONS.items():
        operation = terraform.operation_of(kind)
        assert operation is not None
        node = tree(operation)
        assert node is not None
        matter = set(members_of(node))
        for terraform_name, api_name in names.items():
            assert api_name in matter
            assert snake(api_name) != terraform_name, "no exception is needed"
