"""State machines of Step Functions: tasks that call SageMaker, optimized or through the SDK integration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kb.checker.documents import reached, short
from kb.checker.expand import MAXIMUM_DEPTH, Expander
from kb.checker.model import Call, Document, Path
from kb.checker.naming import operation_named
from kb.library.calls import Unresolved

_TASK = re.compile(r":states:[^:]*:[^:]*:(?:aws-sdk:)?sagemaker:(\w+)")
#: A path into the input or context, an intrinsic function, or JSONata.
_DYNAMIC = re.compile(r"\$|States\.\w+\(|\{%")


def recognizes(data: object) -> bool:
    """Whether `data` is a state machine."""
    return isinstance(data, dict) and "StartAt" in data and isinstance(data.get("States"), dict)


def calls(data: Any, document: Document, path: Path, depth: int = 0) -> Iterator[Call]:
    """Yield the requests of all tasks, those in branches and maps too."""
    for state, place in reached(data, path, "States", "*") if depth <= MAXIMUM_DEPTH else ():
        if isinstance(state, dict):
            yield from _task(str(place[-1]), state, document, place)
        for steps in (("Iterator",), ("ItemProcessor",), ("Branches", "[]")):
            for inner, below in reached(state, place, *steps):
                yield from calls(inner, document, below, depth + 1)


def _task(name: str, state: dict[str, Any], document: Document, path: Path) -> Iterator[Call]:
    resource = state.get("Resource")
    text = resource.text if isinstance(resource, Unresolved) else resource
    match = _TASK.search(text) if isinstance(text, str) else None
    operation = operation_named(match[1]) if match else None
    if not operation:
        return
    # what JSONata states call arguments, the others call parameters
    member = next((m for m in ("Arguments", "Parameters", "Parameters.$") if m in state), None)
    given = state[member] if member else Unresolved("the task passes on its whole input")
    yield from _EXPANDER.calls(Call(operation, document, path, name), given, None, (*path, member) if member else path)


def _resolve(value: Any, state: None) -> Iterable[tuple[Any, None, Path]] | None:
    if not isinstance(value, str):
        return None
    if "${" in value:
        reason = f"it is filled in when the state machine is deployed ({short(value)})"
    elif _DYNAMIC.match(value):
        reason = f"it is taken from the state's input at run time ({short(value)})"
    else:
        return None
    # wherever the value comes from, the parameter is sent
    return [(Unresolved(reason, is_given=True), state, ())]


_EXPANDER: Expander[None] = Expander(_resolve, lambda name: name.removesuffix(".$"))
