"""Definitions of SageMaker pipelines: JSON of version 2020-12-01, whose parameters have defaults or allowed values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kb.checker.documents import reached
from kb.checker.expand import MAXIMUM_DEPTH, Expander
from kb.checker.model import Call, Document, Path
from kb.library.calls import Unresolved

#: Operation whose request the arguments of a step are. The checks of quality and bias run as processing jobs.
STEP_OPERATIONS = {
    "AutoML": "CreateAutoMLJob",
    "ClarifyCheck": "CreateProcessingJob",
    "Processing": "CreateProcessingJob",
    "QualityCheck": "CreateProcessingJob",
    "RegisterModel": "CreateModelPackage",
    "Training": "CreateTrainingJob",
    "Transform": "CreateTransformJob",
    "Tuning": "CreateHyperParameterTuningJob",
}

#: Values chosen so far, by parameter.
_Chosen = Mapping[str, Any]


def recognizes(data: object) -> bool:
    """Whether `data` is a pipeline definition."""
    steps = data.get("Steps") if isinstance(data, dict) and "Version" in data else None
    return isinstance(steps, list) and all(isinstance(step, dict) and "Type" in step for step in steps)


def calls(data: Any, document: Document, path: Path) -> Iterator[Call]:
    """Yield the requests of all steps, those under conditions too."""
    expander: Expander[_Chosen] = Expander(_Parameters(data.get("Parameters")))
    yield from _steps(data["Steps"], expander, document, (*path, "Steps"), 0)


def _steps(steps: Any, expander: Expander[_Chosen], document: Document, path: Path, depth: int) -> Iterator[Call]:
    for step, place in reached(steps, path, "[]") if depth <= MAXIMUM_DEPTH else ():
        for arguments, below in reached(step, place, "Arguments"):
            for branch in ("IfSteps", "ElseSteps"):
                for inner, above in reached(arguments, below, branch):
                    yield from _steps(inner, expander, document, above, depth + 1)
            operation = STEP_OPERATIONS.get(str(step.get("Type")))
            if operation and isinstance(arguments, dict):
                call = Call(operation, document, place, str(step.get("Name") or f"step {int(place[-1]) + 1}"))
                yield from expander.calls(call, arguments, {}, below)


class _Parameters:
    """Resolves references to the parameters of one pipeline."""

    def __init__(self, declared: Any) -> None:
        known = [each for each in declared if isinstance(each, dict)] if isinstance(declared, list) else []
        self._declared = {each.get("Name"): each for each in known}

    def __call__(self, value: Any, state: _Chosen) -> Iterable[tuple[Any, _Chosen, Path]] | None:
        """Return the values of a reference."""
        if not isinstance(value, dict) or len(value) != 1:
            return None
        (function, argument), *_ = value.items()
        if function == "Get":
            return self._get(str(argument), state)
        if function.startswith("Std:"):
            return [(Unresolved(f"it is the result of {function}, computed when the pipeline runs"), state, ())]
        return None

    def _get(self, reference: str, state: _Chosen) -> list[tuple[Any, _Chosen, Path]]:
        kind, _, name = reference.partition(".")
        if kind != "Parameters":
            return [(Unresolved(f"{reference} is known only when the pipeline runs"), state, ())]
        if name in state:
            return [(state[name], state, ())]
        declared = self._declared.get(name)
        if declared is None:
            return [(Unresolved(f"the pipeline has no parameter {name}"), state, ())]
        allowed = declared.get("EnumValues")
        values = allowed if isinstance(allowed, list) and allowed else [declared.get("DefaultValue")]
        if values == [None]:
            return [(Unresolved(f"the pipeline parameter {name} has no default"), state, ())]
        return [(value, {**state, name: value}, ()) for value in values]
