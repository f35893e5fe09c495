"""Resolves CloudFormation's functions with cfn-lint: parameters, mappings, conditions, Ref and Fn::*.

What a template leaves open is followed in every way that cfn-lint finds possible: all allowed values of a parameter
(its default where it has none), and both sides of a condition unless something before decides it.
"""

from __future__ import annotations

import copy
import itertools
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from kb.checker.expand import ABSENT, MAXIMUM_FORMS
from kb.checker.model import Path
from kb.errors import MissingExtraError, need
from kb.library.calls import Unresolved

#: Functions whose result is some text, whatever it is.
_GIVES_TEXT = frozenset({"Fn::GetAtt", "Fn::ImportValue", "Fn::Join", "Fn::Sub"})

#: Work that deciding conditions of one template may cost. A decision costs as many steps as the template has
#: conditions, because all of them are looked at together; fifty thousand take some ten seconds.
MAXIMUM_STEPS = 50_000

#: Conditions that cfn-lint can take together in a bearable time; templates with more are not resolved.
MAXIMUM_CONDITIONS = 200

_REGION = "AWS::Region"
_TOO_MANY_CONDITIONS = "the template has more conditions than can be followed"

#: A validator of cfn-lint: it holds the decisions made so far. None before the first.
Decisions = Any


def function_of(value: object) -> tuple[str, Any] | None:
    """Return name and argument of a function; None where `value` is none."""
    if not isinstance(value, dict):
        return None
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in ("Ref", "Condition") or str(name).startswith("Fn::"):
            return str(name), argument
    return ("Fn::Transform", value["Fn::Transform"]) if "Fn::Transform" in value else None


class CfnResolver:
    """Resolves the functions of one template."""

    def __init__(self, template: dict[str, Any], region: str | None = None, cfn: Any = None) -> None:
        """Prepare for `template`; cfn-lint is loaded when a function is met.

        Args:
            template: The parsed template.
            region: Region of the deployment; None for any that the template names.
            cfn: cfn-lint's own object for the template, where it exists already.
        """
        self._template, self._region, self._cfn = template, region, cfn
        self._missing: str | None = None
        self._steps = 0

    def expanded(self) -> dict[str, Any]:
        """Return the template with its loops unrolled (Fn::ForEach), or as it is where it has none."""
        declared = self._template.get("Transform")
        names = declared if isinstance(declared, list) else [declared]
        if "AWS::LanguageExtensions" not in names or not self._load():
            return self._template
        try:
            problems = self._cfn.transform()
        except Exception:  # cfn-lint does not foresee every damage; what it cannot unroll stays as it is
            return self._template
        expanded: dict[str, Any] = self._template if problems else self._cfn.template
        return expanded

    def start(self, condition: object) -> Iterator[Decisions]:
        """Yield the decisions with which a resource begins: its own condition holds. Nothing if that cannot be."""
        if isinstance(condition, str) and self._load():
            yield from self._decide(self._root(), condition, is_true=True)
        else:
            yield None

    def __call__(self, value: Any, state: Decisions) -> Iterable[tuple[Any, Decisions, Path]] | None:
        """Return what a function may stand for."""
        if isinstance(value, str) and "{{resolve:" in value:
            return [(Unresolved("it is a dynamic reference, resolved at deployment", is_given=True), state, ())]
        function = function_of(value)
        if function is None:
            return None
        name, argument = function
        if function == ("Ref", "AWS::NoValue"):
            return [(ABSENT, state, ())]
        if not self._load():
            return [(Unresolved(self._missing or "", is_given=name in _GIVES_TEXT), state, ())]
        state = state or self._root()
        if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
            return self._if(argument, state)
        if name == "Fn::FindInMap" and self._region and isinstance(argument, list) and len(argument) > 2:
            # cfn-lint takes every Region here, whichever the template is resolved for
            argument = [self._region if part == {"Ref": _REGION} else part for part in argument]
            value = {name: argument}
        return self._resolve(name, argument, value, state)

    def _if(self, argument: list[Any], state: Decisions) -> Iterator[tuple[Any, Decisions, Path]]:
        self._steps += 2 * len(self._section("Conditions"))
        if self._steps > MAXIMUM_STEPS:
            yield Unresolved(_TOO_MANY_CONDITIONS), state, ()
            return
        for position, is_true in ((1, True), (2, False)):
            for decided in self._decide(state, argument[0], is_true=is_true):
                yield argument[position], decided, ("Fn::If", position)

    def _resolve(self, name: str, argument: Any, value: Any, state: Decisions) -> list[tuple[Any, Decisions, Path]]:
        found: dict[str, tuple[Any, Decisions, Path]] = {}
        problem = ""
        try:
            for resolved, decided, error in itertools.islice(state.resolve_value(value), MAXIMUM_FORMS):
                if error is not None:
                    problem = str(error.message)
                elif resolved is not None:
                    context = decided.context
                    mark = repr((resolved, context.conditions.status, sorted(context.ref_values.items(), key=str)))
                    # an empty default stands for a value that is asked for at deployment
                    is_asked = name == "Ref" and resolved == "" and not self._parameter(argument).get("AllowedValues")
                    empty = Unresolved(f"the parameter {argument} is empty by default")
                    found[mark] = (empty if is_asked else resolved, decided, ())
        except Exception as error:  # of a template that is damaged in a way that cfn-lint does not foresee
            problem = f"cfn-lint cannot resolve it ({type(error).__name__})"
        return list(found.values()) or [(self._open(name, argument, problem), state, ())]

    def _open(self, name: str, argument: Any, problem: str) -> Unresolved:
        """Say why a function has no value here."""
        if name != "Ref":
            return Unresolved(problem or f"{name} has a value only at deployment", is_given=name in _GIVES_TEXT)
        parameter = self._parameter(argument)
        if not parameter:
            return Unresolved(f"it refers to {argument}, known only at deployment", is_given=True)
        if str(parameter.get("Type")).startswith("AWS::SSM::"):
            return Unresolved(f"the parameter {argument} is read from Systems Manager", is_given=True)
        if "Default" in parameter:
            # the default contradicts a condition that holds here, so something else is given
            return Unresolved(f"the parameter {argument} has another value than its default here", is_given=True)
        return Unresolved(f"the parameter {argument} has no default", is_given=True)

    def _section(self, name: str) -> dict[Any, Any]:
        """A part of the template; empty where it is missing or of a wrong kind."""
        section = self._template.get(name)
        return section if isinstance(section, dict) else {}

    def _parameter(self, name: Any) -> dict[str, Any]:
        found = self._section("Parameters").get(name) if isinstance(name, str) else None
        return found if isinstance(found, dict) else {}

    def _decide(self, state: Decisions, condition: Any, *, is_true: bool) -> Iterator[Decisions]:
        """Yield the decisions with one more condition decided; nothing where that contradicts them."""
        from cfnlint.context.conditions.exceptions import Unsatisfiable

        try:
            context = state.context.evolve(conditions=state.context.conditions.evolve({condition: is_true}))
            if self._cfn.conditions.satisfiable(context.conditions.status, context.ref_values):
                yield state.evolve(context=context)
        except Unsatisfiable:
            return
        except Exception:  # a condition that cfn-lint cannot reason about decides nothing
            yield state

    def _root(self) -> Decisions:
        from cfnlint.helpers import FUNCTIONS
        from cfnlint.jsonschema import CfnTemplateValidator

        context = self._cfn.context.evolve(functions=list(FUNCTIONS))
        if self._region is not None:
            context = context.evolve(regions=[self._region], ref_values={_REGION: self._region})
        return CfnTemplateValidator({}).evolve(cfn=self._cfn, context=context)

    def _load(self) -> bool:
        """Make cfn-lint's object for the template; False where that cannot be, and `_missing` says why."""
        if self._cfn is None and self._missing is None:
            if len(self._section("Conditions")) > MAXIMUM_CONDITIONS:
                self._missing = _TOO_MANY_CONDITIONS
                return False
            data = copy.deepcopy(self._template)
            try:
                need("cfnlint", "check", "Resolving functions of CloudFormation")
                from cfnlint.decode import convert_dict
                from cfnlint.template import Template

                logging.getLogger("cfnlint").setLevel(logging.CRITICAL)
                self._cfn = Template(None, data if hasattr(data, "start_mark") else convert_dict(data))
            except MissingExtraError as error:
                self._missing = str(error)
            except Exception as error:  # nor here
                self._missing = f"cfn-lint cannot read the template ({type(error).__name__})"
        return self._cfn is not None

    def pinned(self) -> list[CfnResolver]:
        """Return a resolver for each Region that the template may tell apart; one where it does not."""
        if self._region is not None or _REGION not in repr(self._template) or not self._load():
            return [self]
        from cfnlint.helpers import REGIONS

        mappings = [each for each in self._section("Mappings").values() if isinstance(each, dict)]
        mapped = {region for mapping in mappings for region in mapping if region in REGIONS}
        text = repr(self._template)
        named = [region for region in REGIONS if f"'{region}'" in text]
        # a mapping by Region has all Regions there can be; a condition also tells those that it does not name
        others = [] if mapped else [region for region in REGIONS if region not in named][:1]
        return [CfnResolver(self._template, region, self._cfn) for region in sorted(mapped) or [*named, *others]]
