"""What is common to Terraform's forms, and its JSON: plans and states as ``terraform show -json`` writes them.

Attributes are the API's members in snake case, blocks are lists of structures. What deviates is in the tables here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kb.checker.documents import reached
from kb.checker.expand import MAXIMUM_DEPTH, Expander, Resolver, as_it_stands
from kb.checker.model import Call, Document, Path
from kb.checker.naming import operation_named, snake_case
from kb.checker.readers.definitions import definition_calls
from kb.library.calls import Unresolved

#: Resource types of both providers. The second follows the names of CloudFormation, which are the API's.
_RESOURCE_TYPE = re.compile(r"(?:aws|awscc)_sagemaker_(.*)", re.DOTALL)
#: Resource types whose name does not follow from the operation.
TYPE_EXCEPTIONS = {"aws_sagemaker_endpoint_configuration": "CreateEndpointConfig"}
#: Attributes whose name does not follow from the API's, by resource type.
ATTRIBUTE_EXCEPTIONS: dict[str, dict[str, str]] = {
    "aws_sagemaker_cluster": {
        "instance_group": "InstanceGroups",
        "instance_storage_config": "InstanceStorageConfigs",
        "restricted_instance_group": "RestrictedInstanceGroups",
    },
    "aws_sagemaker_endpoint_configuration": {"kms_key_arn": "KmsKeyId"},
    "aws_sagemaker_notebook_instance": {"volume_size": "VolumeSizeInGB"},
}
#: Attributes that hold a definition, by resource type.
DEFINITIONS: dict[str, tuple[str, ...]] = {
    "aws_sfn_state_machine": ("definition",),
    "awscc_stepfunctions_state_machine": ("definition_string",),
    "aws_sagemaker_pipeline": ("pipeline_definition",),
    "awscc_sagemaker_pipeline": ("pipeline_definition", "pipeline_definition_body"),
}


def operation_of(resource_type: str) -> str | None:
    """Name the operation that a resource stands for; None where it is none that matters."""
    name = _RESOURCE_TYPE.match(resource_type)
    regular = operation_named(f"create{name[1].replace('_', '')}") if name else None
    return TYPE_EXCEPTIONS.get(resource_type, regular)


def matters(resource_type: str) -> bool:
    """Whether resources of this type may make requests that are checked."""
    return operation_of(resource_type) is not None or resource_type in DEFINITIONS


def resource_calls(kind: str, values: Any, call: Call, resolve: Resolver[Any]) -> Iterator[Call]:
    """Yield the requests that a resource makes.

    Args:
        kind: Type, such as ``aws_sagemaker_notebook_instance``.
        values: Attributes and blocks.
        call: What is known of the resource: its address, document, place of the attributes, Region.
        resolve: Resolves the expressions in the values.
    """
    if kind in DEFINITIONS:
        for inner in _definition(kind, values, call, resolve):
            yield replace(inner, name=f"{call.name}.{inner.name}" if inner.operation else call.name)
    else:
        exceptions = ATTRIBUTE_EXCEPTIONS.get(kind, {})
        expander = Expander(resolve, lambda name: exceptions.get(name) or snake_case(name))
        yield from expander.calls(replace(call, operation=operation_of(kind) or ""), values, {}, call.path)


def _definition(kind: str, values: Any, call: Call, resolve: Resolver[Any]) -> Iterator[Call]:
    """Yield the requests of the definition that a resource holds as text or as a structure."""
    path = call.path
    for attribute in DEFINITIONS[kind]:
        while isinstance(values, list) and len(values) == 1:
            values, path = values[0], (*path, 0)
        if not isinstance(values, dict) or attribute not in values:
            return
        values, path = values[attribute], (*path, attribute)
    possibilities = resolve(values, {})
    for value, _, below in [(values, {}, ())] if possibilities is None else possibilities:
        yield from definition_calls(value, call.document, path + below)


def recognizes(data: object) -> bool:
    """Whether `data` is a plan or a state."""
    parts = ("resource_changes", "planned_values", "values")
    return isinstance(data, dict) and "format_version" in data and any(part in data for part in parts)


def calls(data: Any, document: Document, path: Path) -> Iterator[Call]:
    """Yield the requests of everything that the plan leaves standing, or that the state holds."""
    # the Region of the AWS provider, where the configuration states one
    steps = ("configuration", "provider_config", "aws", "expressions", "region", "constant_value")
    provided = [region for region, _ in reached(data, (), *steps) if isinstance(region, str)]
    for described, values, place in _resources(data, path):
        kind = str(described.get("type"))
        if described.get("mode", "managed") == "managed" and matters(kind) and isinstance(values, dict):
            own = values.get("region")
            region = own if isinstance(own, str) and own else next(iter(provided), None)
            name = str(described.get("address") or kind)
            yield from resource_calls(kind, values, Call("", document, place, name, region=region), as_it_stands)


def _resources(data: Any, path: Path) -> Iterator[tuple[dict[str, Any], Any, Path]]:
    """Resources as they are described, with their values and the place of these."""
    if isinstance(data.get("resource_changes"), list):
        for change, place in reached(data, path, "resource_changes", "[]"):
            for after, below in reached(change, place, "change", "after"):
                # what is deleted has nothing after it
                if isinstance(after, dict):
                    yield change, _with_unknown(after, change["change"].get("after_unknown")), below
    else:
        for part in ("planned_values", "values"):
            for root, place in reached(data, path, part, "root_module"):
                yield from _of_module(root, place, 0)


def _of_module(module: Any, path: Path, depth: int) -> Iterator[tuple[dict[str, Any], Any, Path]]:
    for resource, place in reached(module, path, "resources", "[]"):
        for values, below in reached(resource, place, "values"):
            yield resource, values, below
    for child, place in reached(module, path, "child_modules", "[]") if depth < MAXIMUM_DEPTH else ():
        yield from _of_module(child, place, depth + 1)


def _with_unknown(after: Any, unknown: Any) -> Any:
    """Put what is known only after the apply where it will stand."""
    if unknown is True:
        return Unresolved("it is known only after apply", is_given=True)
    if isinstance(unknown, dict) and isinstance(after, dict | None):
        known = after or {}
        names = [*known, *(name for name in unknown if name not in known)]
        merged = {name: _with_unknown(known.get(name), unknown.get(name)) for name in names}
        return {name: value for name, value in merged.items() if value is not None}
    if isinstance(unknown, list) and isinstance(after, list):
        padded = [*unknown, *[None] * (len(after) - len(unknown))]
        return [_with_unknown(value, padded[number]) for number, value in enumerate(after)]
    return after
