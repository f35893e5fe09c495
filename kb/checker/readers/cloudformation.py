"""CloudFormation and SAM templates, those of the CDK included, and what is written inside them.

Resources ``AWS::SageMaker::X`` have the members of the API operation ``CreateX``. State machines and pipelines hold
definitions of their own, as structures or as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from kb.checker.documents import Marked, reached
from kb.checker.expand import MAXIMUM_DEPTH, Expander
from kb.checker.model import Call, Document, Path
from kb.checker.readers.cfn_resolver import CfnResolver, Decisions, function_of
from kb.checker.readers.definitions import definition_calls, unknown_call
from kb.library.calls import Unresolved
from kb.library.rules import RULES

_PREFIX = "AWS::SageMaker::"
#: Members that hold a definition, by type of resource. A definition in S3 or in another file is not fetched.
_DEFINITIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS::StepFunctions::StateMachine": (("Definition",), ("DefinitionString",)),
    "AWS::Serverless::StateMachine": (("Definition",),),
    "AWS::SageMaker::Pipeline": (("PipelineDefinition", "PipelineDefinitionBody"),),
}


def recognizes(data: object) -> bool:
    """Whether `data` is a template."""
    resources = data.get("Resources") if isinstance(data, dict) and "AWSTemplateFormatVersion" in data else None
    return isinstance(resources, dict) or any(
        isinstance(kind, str) for kind, _ in reached(data, (), "Resources", "*", "Type")
    )


def calls(data: Any, document: Document, path: Path, *, region: str | None = None, cfn: Any = None) -> Iterator[Call]:
    """Yield the requests of a template.

    Args:
        data: The parsed template.
        document: Knows its lines.
        path: Place of the template in the document.
        region: Region of the deployment; None for any.
        cfn: cfn-lint's own object for the template, where it exists already.
    """
    resolver = CfnResolver(data, region, cfn)
    expanded = resolver.expanded()
    for pinned in resolver.pinned():
        reader = _Reader(pinned, _ignored(data), path)
        for name, resource in expanded["Resources"].items():
            # what a loop has made is nowhere in the file, but its parts carry the lines of the loop
            is_written = name in data["Resources"]
            yield from reader.resource(str(name), resource, document if is_written else Marked(expanded))


class _Reader:
    """Reads the resources of one template, for one Region."""

    def __init__(self, resolver: CfnResolver, ignored: dict[str, str], path: Path) -> None:
        self._resolver, self._ignored, self._path = resolver, ignored, path
        self._expander: Expander[Decisions] = Expander(resolver)

    def resource(self, name: str, resource: Any, document: Document) -> Iterator[Call]:
        """Yield the requests of a resource."""
        place = (*self._path, "Resources", name)
        if name.startswith("Fn::ForEach") and _PREFIX in repr(resource):
            loop = Unresolved("Fn::ForEach creates the resources only at deployment")
            yield replace(unknown_call(loop, document, place), name=name)
        if not isinstance(resource, dict):
            return
        kind, properties = str(resource.get("Type")), resource.get("Properties")
        ignored = self._ignored | _ignored(resource)
        if kind.startswith(_PREFIX) and properties:
            call = Call(f"Create{kind.removeprefix(_PREFIX)}", document, place, name, ignored=ignored)
            for state in self._resolver.start(resource.get("Condition")):
                yield from self._expander.calls(call, properties, state, (*place, "Properties"))
        for members in _DEFINITIONS.get(kind, ()):
            for call in self._definition(properties, document, (*place, "Properties"), members):
                yield replace(call, ignored=ignored, name=f"{name}.{call.name}" if call.operation else name)

    def _definition(self, properties: Any, document: Document, path: Path, members: tuple[str, ...]) -> Iterator[Call]:
        """Yield the requests of a definition inside a resource."""
        for definition, place in reached(properties, path, *members):
            text, is_whole = definition_text(definition)
            value = self._plain(definition, 0) if text is None else text
            if not isinstance(value, Unresolved):
                yield from definition_calls(value, document, place, is_whole=is_whole)

    def _plain(self, value: Any, depth: int) -> Any:
        """Put values in the place of functions: the only one there is, or that it is not known."""
        if depth > MAXIMUM_DEPTH:
            return Unresolved("it is nested too deeply")
        text, _ = definition_text(value) if isinstance(value, dict) else (None, False)
        if text is not None:
            return text
        found = self._resolver(value, None)
        if found is not None:
            values = [each for each, _, _ in found]
            return values[0] if len(values) == 1 else Unresolved("it has several possible values", is_given=True)
        if isinstance(value, dict):
            return {name: self._plain(part, depth + 1) for name, part in value.items()}
        return [self._plain(part, depth + 1) for part in value] if isinstance(value, list) else value


def _ignored(part: dict[str, Any]) -> dict[str, str]:
    """Reasons given in the metadata for suppressing rules: ``Metadata: {kb: {ignore: {RULE: REASON}}}``."""
    given = [(place[-1], reason) for reason, place in reached(part, (), "Metadata", "kb", "ignore", "*")]
    return {str(rule): str(reason) for rule, reason in given if rule in RULES and str(reason or "").strip()}


def definition_text(value: Any) -> tuple[str | None, bool]:
    """Return the text of a definition, placeholders where something is put in; and whether it stands as one text."""
    if isinstance(value, str):
        return value, True
    name, argument = function_of(value) or ("", None)
    if name == "Fn::Sub":
        return definition_text(argument[0] if isinstance(argument, list) and argument else argument)
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        parts: Iterable[str] = (part if isinstance(part, str) else "${...}" for part in argument[1])
        return str(argument[0]).join(parts), False
    return None, False
