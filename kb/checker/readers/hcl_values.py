"""Values in Terraform's language: what an expression may stand for, without evaluating more than names and choices.

Variables have their default (or the value of ``terraform.tfvars``), locals what they are defined as. A choice is
followed on both sides, the same side everywhere where the same condition decides. Functions are not evaluated.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.checker.documents import short
from kb.checker.expand import ABSENT, MAXIMUM_DEPTH
from kb.checker.model import Path
from kb.library.calls import Unresolved

#: Steps of evaluating one value; expressions can double at each step, so that little text would take for ever.
MAXIMUM_STEPS = 20_000

#: Values of one expression that are looked at.
MAXIMUM_VALUES = 64

#: Sides taken so far, by the text of the condition.
Choices = Mapping[str, bool]

#: Stands in a text for what is not known of it.
_OPEN = "${...}"
_REFERENCE = "it refers to "
_TOO_LARGE = Unresolved("it refers to itself, or is too large to follow")


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression, with the names that are bound around it (``each``, the iterator of a dynamic block)."""

    node: Any
    bindings: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Expression({text_of(self.node)})"


@dataclass
class Module:
    """Names of one folder of Terraform files.

    Attributes:
        variables: Defaults by name; a variable without one is `Unresolved`.
        locals: Expressions by name.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    locals: dict[str, Expression] = field(default_factory=dict)

    def resolve(self, value: Any, state: Choices) -> Iterable[tuple[Any, Choices, Path]] | None:
        """Return what an expression may stand for; None where `value` is none."""
        if not isinstance(value, Expression):
            return None
        found = list(itertools.islice(_Evaluation(self).values(value, state, 0), MAXIMUM_VALUES + 1))
        if len(found) > MAXIMUM_VALUES:
            return [(Unresolved(f"it has more than {MAXIMUM_VALUES} possible values"), state, ())]
        return [(result, after, ()) for result, after in found]

    def only_value(self, value: Any) -> Any:
        """Return the one value of an expression, resolved all through; `Unresolved` where it has several or none."""
        return _Evaluation(self).whole(value, 0)


class _Evaluation:
    """Evaluates one value of a module, in a limited number of steps."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._steps = 0

    def _exceeds(self, depth: int) -> bool:
        """Count a step; tell whether it goes too deep, or is one too many."""
        self._steps += 1
        return depth > MAXIMUM_DEPTH or self._steps > MAXIMUM_STEPS

    def whole(self, value: Any, depth: int) -> Any:
        """Resolve a value all through, where it has no choices."""
        if self._exceeds(depth):
            return _TOO_LARGE
        if isinstance(value, Expression):
            found = list(itertools.islice(self.values(value, {}, 0), 2))
            return self.whole(found[0][0], depth + 1) if len(found) == 1 else Unresolved("it depends on a condition")
        if isinstance(value, dict):
            return {name: self.whole(part, depth + 1) for name, part in value.items()}
        return [self.whole(part, depth + 1) for part in value] if isinstance(value, list) else value

    def values(self, value: Any, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        """Yield what a value may be, with the choices that lead to it."""
        if not isinstance(value, Expression):
            yield value, state
        elif self._exceeds(depth):
            yield _TOO_LARGE, state
        elif handler := getattr(self, f"_{value.node.data}", None):
            yield from handler(value.node, value, state, depth + 1)
        else:
            yield Unresolved(f"the expression {short(text_of(value.node))} is not evaluated"), state

    def _expr_term(self, node: Any, at: Expression, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        return self.values(convert(children(node)[0], at.bindings), state, depth)

    def _conditional(self, node: Any, at: Expression, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        condition, first, second = children(node)
        text = text_of(condition)
        positive = text.removeprefix("!")
        decided = {"true": True, "false": False, **state}
        for side, branch in ((True, first), (False, second)):
            holds = side != text.startswith("!")
            if decided.get(positive, holds) == holds:
                yield from self.values(convert(branch, at.bindings), {**state, positive: holds}, depth)

    def _string(self, node: Any, at: Expression, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        parts = [part.children[0] for part in children(node)]
        if len(parts) == 1 and str(parts[0].data) == "interpolation":
            # one thing alone stays what it is
            yield from self.values(convert(children(parts[0])[0], at.bindings), state, depth)
        else:
            yield from self._text(parts, at, state, depth)

    def _text(self, parts: list[Any], at: Expression, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        """Text with things put in."""
        if not parts:
            yield "", state
            return
        first, *rest = parts
        if not hasattr(first, "data"):
            here: Iterable[tuple[Any, Choices]] = [(_unescape(str(first)), state)]
        elif str(first.data) == "interpolation":
            here = self.values(convert(children(first)[0], at.bindings), state, depth)
        else:
            here = [(Unresolved(f"the template {short(text_of(first))} is not evaluated", is_given=True), state)]
        for value, after in here:
            for tail, last in self._text(rest, at, after, depth):
                yield _joined(value, tail), last

    def _identifier(self, node: Any, at: Expression, state: Choices, _depth: int) -> Iterator[tuple[Any, Choices]]:
        name = text_of(node)
        if name in at.bindings:
            yield at.bindings[name], state
        else:
            yield Unresolved(f"{_REFERENCE}{name}, known only at deployment", is_given=True), state

    def _get_attr_expr_term(
        self, node: Any, at: Expression, state: Choices, depth: int
    ) -> Iterator[tuple[Any, Choices]]:
        of, step = children(node)
        name = text_of(children(step)[0])
        scope = text_of(of)
        if scope == "var":
            yield self._module.variables.get(name, Unresolved(f"no variable {name} is declared")), state
        elif scope == "local" and name in self._module.locals:
            yield from self.values(self._module.locals[name], state, depth)
        else:
            for whole, after in self.values(convert(of, at.bindings), state, depth):
                yield from self._part(node, whole, name, after, depth)

    def _index_expr_term(self, node: Any, at: Expression, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        of, index = children(node)
        for key, chosen in self.values(convert(children(index)[0], at.bindings), state, depth):
            for whole, after in self.values(convert(of, at.bindings), chosen, depth):
                yield from self._part(node, whole, key, after, depth)

    def _part(self, node: Any, whole: Any, key: Any, state: Choices, depth: int) -> Iterator[tuple[Any, Choices]]:
        """Go from a structure or list to a part of it."""
        if isinstance(whole, Unresolved):
            is_reference = whole.reason.startswith(_REFERENCE)
            reason = f"{_REFERENCE}{short(text_of(node))}, known only at deployment" if is_reference else whole.reason
            yield Unresolved(reason, is_given=whole.is_given), state
        elif isinstance(key, Unresolved):
            yield key, state
        else:
            try:
                part = whole[key]
            except (KeyError, IndexError, TypeError):
                part = Unresolved(f"{short(text_of(node))} does not exist")
            yield from self.values(part, state, depth)


def convert(node: Any, bindings: Mapping[str, Any]) -> Any:
    """Turn a parsed value into plain data as far as it is plain; the rest stays an :class:`Expression`."""
    parts = children(node)
    plain: Any = Expression(node, bindings)
    match str(node.data):
        case "expr_term" if len(parts) == 1:
            plain = convert(parts[0], bindings)
        case "int_lit":
            plain = int(text_of(node))
        case "float_lit":
            plain = float(text_of(node))
        case "literal_value":
            plain = {"true": True, "false": False, "null": ABSENT}[text_of(node)]
        case "string" if all(not hasattr(part.children[0], "data") for part in parts):
            plain = "".join(_unescape(str(part.children[0])) for part in parts)
        case "tuple":
            plain = [convert(part, bindings) for part in parts]
        case "object":
            plain = {key_of(part): convert(children(part)[-1], bindings) for part in parts}
        case "heredoc_template" | "heredoc_template_trim":
            # the text stands between the first line, which names the end, and the end
            plain = "\n".join([*str(node.children[0]).rstrip().split("\n")[1:-1], ""])
        case "function_call" if text_of(parts[0]) == "jsonencode" and len(parts) == 2:
            plain = convert(children(parts[1])[0], bindings)
    return plain


def key_of(element: Any) -> str:
    """Name of an element of an object."""
    name = convert(children(children(element)[0])[0], {})
    return name if isinstance(name, str) else text_of(children(element)[0])


def children(node: Any) -> list[Any]:
    """Parts of a node that are nodes themselves, without line ends and comments."""
    return [child for child in node.children if hasattr(child, "data") and str(child.data) != "new_line_or_comment"]


def text_of(node: Any) -> str:
    """Source of a node, without space where it is not needed."""
    text = ""
    for token in node.scan_values(lambda _: True):
        part = str(token).strip()
        between = " " if text[-1:].isalnum() and part[:1].isalnum() else ""
        text += between + part
    return text


def _joined(first: Any, rest: Any) -> Any:
    """Put two parts of a text together."""
    if isinstance(first, dict | list) or first is ABSENT:
        first = Unresolved("part of it is not text")
    texts = [_known_text(part) for part in (first, rest)]
    unknown = next((part for part in (first, rest) if isinstance(part, Unresolved)), None)
    if unknown is None:
        return "".join(texts)
    is_given = unknown.is_given or any(text not in ("", _OPEN) for text in texts)
    return Unresolved(unknown.reason, is_given=is_given, text="".join(texts))


def _known_text(part: Any) -> str:
    if isinstance(part, Unresolved):
        return part.text or _OPEN
    return str(part).lower() if isinstance(part, bool) else str(part)


def _unescape(text: str) -> str:
    if "\\" in text:
        try:
            text = str(json.loads(f'"{text}"'))
        except ValueError:
            return text
    return text.replace("$${", "${").replace("%%{", "%{")
