"""Checks one resource as another tool has read it, names resolved as far as that tool could. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kb.checker.documents import Marked
from kb.checker.expand import ABSENT, Expander
from kb.checker.findings import check, merged
from kb.checker.model import Call, Finding, Options, Path
from kb.checker.readers import terraform
from kb.checker.readers.cfn_resolver import function_of
from kb.library.calls import Unresolved, tree

#: Sides taken of conditions, by name.
_Choices = Mapping[str, bool]

#: What is left of an expression, or a reference; a name or an ARN has none of these characters.
_OPEN_TEXT = re.compile(r"[\s\"'(){}\[\]?$]|^(?:var|local|data|module|each|count|self|aws\w*_\w+)\.")

#: Stands for a document whose lines the other tool knows.
_NOWHERE = Marked({})


def cloudformation_findings(kind: str, properties: Any, options: Options) -> list[Finding] | None:
    """Return the findings about a resource of a template; None where such a resource makes no request."""
    call = Call(f"Create{kind.removeprefix('AWS::SageMaker::')}", _NOWHERE, (), kind)
    if not isinstance(properties, dict) or tree(call.operation) is None:
        return None
    return _check(Expander(_template_value).calls(call, properties, {}, ()), options)


def terraform_findings(kind: str, values: Any, options: Options) -> list[Finding] | None:
    """Return the findings about a resource of Terraform; None where such a resource makes no request."""
    if terraform.operation_of(kind) is None:
        return None
    return _check(terraform.resource_calls(kind, values, Call("", _NOWHERE, (), kind), _terraform_value), options)


def _check(calls: Iterable[Call], options: Options) -> list[Finding]:
    return merged(finding for call in calls for finding in check(call, options, ""))


def _template_value(value: Any, state: _Choices) -> Iterable[tuple[Any, _Choices, Path]] | None:
    """Follow conditions on both sides; other functions that are left have no value yet."""
    function = function_of(value)
    if function is None:
        return None
    name, argument = function
    if function == ("Ref", "AWS::NoValue"):
        return [(ABSENT, state, ())]
    if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
        condition, *sides = argument
        return [
            (side, {**state, str(condition): is_true}, ("Fn::If", position))
            for position, (side, is_true) in enumerate(zip(sides, (True, False), strict=True), 1)
            if state.get(str(condition), is_true) == is_true
        ]
    return [(Unresolved(f"{name} has no value here", is_given=name != "Fn::FindInMap"), state, ())]


def _terraform_value(value: Any, state: Any) -> Iterable[tuple[Any, Any, Path]] | None:
    """Take values out of the lists in which they are wrapped; references that are left have no value yet."""
    if isinstance(value, list) and len(value) == 1:
        return [(value[0], state, (0,))]
    if isinstance(value, str) and _OPEN_TEXT.search(value):
        return [(Unresolved(f"it refers to {value[:60]}", is_given=True), state, ())]
    return None
