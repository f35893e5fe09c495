"""Turns a request in a document into the API requests it may become, one for each combination of unknown choices.

A document may leave a value open: a parameter with allowed values, a condition. Its format has a resolver, which gives
the values that an expression may have; whatever it decides on the way goes into a state that the next expressions see,
so that a key and a type which hang on the same condition are never combined wrongly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from kb.checker.model import Call, Path
from kb.checker.naming import Naming
from kb.library.calls import Leaf, Node, Unresolved, tree

State = TypeVar("State")

#: Combinations of one request that are looked at; what lies beyond is reported as not checked.
MAXIMUM_FORMS = 256
#: Nesting beyond this is reported as not checked; no API request comes near it.
MAXIMUM_DEPTH = 60

#: Name in the API, value in the document, what matters in it, and place of a part.
_Wanted = tuple[str, Any, Node, Path]

_TOO_MANY = Unresolved(
    f"the request has more than {MAXIMUM_FORMS} possible forms; every value was checked, but not every combination"
)
_TOO_DEEP = Unresolved(f"it is nested more than {MAXIMUM_DEPTH} levels deep")


#: Stands for a member that is left out in the end.
ABSENT = object()


class Resolver(Protocol[State]):
    """Resolves the expressions of one format."""

    def __call__(self, value: Any, state: State, /) -> Iterable[tuple[Any, State, Path]] | None:
        """Return what an expression may stand for; None where `value` is no expression.

        Each possibility has a state of its own, and a path below `value` where it is a part of the document. It may be
        `ABSENT`, `Unresolved`, or anything that may stand in a document, expressions included.
        """
        ...


def as_it_stands(_value: Any, _state: Any) -> None:
    """Resolve nothing: in this format nothing is an expression."""


class Expander(Generic[State]):
    """Expands the requests of one document."""

    def __init__(self, resolve: Resolver[State], naming: Naming = str) -> None:
        self._resolve, self._naming = resolve, naming
        #: Where there are too many forms, turns are taken instead: in turn n each choice falls on its nth possibility.
        self._turn: int | None = None
        self._most_possibilities = 0

    def calls(self, call: Call, value: Any, state: State, path: Path) -> Iterator[Call]:
        """Yield a call in each form that its request may take, each once; nothing where its operation does not matter.

        Args:
            call: The call, without its parameters.
            value: The request as it stands in the document.
            state: What is decided before.
            path: Its place in the document.
        """
        node = tree(call.operation)
        if node is None:
            return
        forms = {repr(parameters): parameters for parameters in self._all(value, node, state, path)}
        for parameters in forms.values():
            yield replace(call, parameters=parameters, unresolved=tuple(_open_parts(parameters, node)))

    def _all(self, value: Any, node: Node, state: State, path: Path) -> Iterator[Any]:
        """Every form; or, where there are too many, a note and forms in which every value occurs."""
        found = self._expand(value, node, state, path, 0)
        forms = [parameters for parameters, _ in itertools.islice(found, MAXIMUM_FORMS + 1)]
        if len(forms) <= MAXIMUM_FORMS:
            yield from forms
            return
        yield Leaf(_TOO_MANY, path)
        self._most_possibilities = 1
        turn = 0
        while turn < min(self._most_possibilities, MAXIMUM_FORMS):
            self._turn = turn
            forms = [parameters for parameters, _ in self._expand(value, node, state, path, 0)]
            self._turn = None
            yield from forms
            turn += 1

    def _expand(self, value: Any, node: Node, state: State, path: Path, depth: int) -> Iterator[tuple[Any, State]]:
        if depth > MAXIMUM_DEPTH:
            yield Leaf(_TOO_DEEP, path), state
            return
        possibilities = None if value is ABSENT or isinstance(value, Unresolved) else self._resolve(value, state)
        if possibilities is not None:
            if self._turn is not None:
                possibilities = list(possibilities)
                self._most_possibilities = max(self._most_possibilities, len(possibilities))
                possibilities = possibilities[self._turn % len(possibilities) :][:1] if possibilities else []
            for resolved, after, below in possibilities:
                yield from self._expand(resolved, node, after, path + below, depth + 1)
        elif value is ABSENT:
            yield ABSENT, state
        elif node.is_list and isinstance(value, list | tuple | dict):
            # a structure in the place of a list is its only element
            elements = [((), value)] if isinstance(value, dict) else [((n,), part) for n, part in enumerate(value)]
            wanted = [(str(n), part, node.below["[]"], path + below) for n, (below, part) in enumerate(elements)]
            for members, last in self._combine(wanted, state, depth):
                yield list(members.values()), last
        elif isinstance(value, dict) and not node.is_value:
            named = [(self._naming(str(name)), name, part) for name, part in value.items()]
            places = [(api_name, part, node.member(api_name), (*path, name)) for api_name, name, part in named]
            yield from self._combine([(n, part, at, place) for n, part, at, place in places if at], state, depth)
        elif isinstance(value, list | tuple) and len(value) == 1 and not node.is_value:
            # a block of Terraform: a list of the one structure that the API wants
            yield from self._expand(value[0], node, state, (*path, 0), depth + 1)
        else:
            yield Leaf(value, path), state

    def _combine(self, wanted: Sequence[_Wanted], state: State, depth: int) -> Iterator[tuple[dict[str, Any], State]]:
        """Every combination of parts; those with one possibility cost no recursion."""
        found: dict[str, Any] = {}
        for number, (name, value, node, path) in enumerate(wanted):
            possibilities = self._expand(value, node, state, path, depth + 1)
            few = list(itertools.islice(possibilities, 2))
            if len(few) != 1:
                for part, after in itertools.chain(few, possibilities):
                    member = {} if part is ABSENT else {name: part}
                    for others, last in self._combine(wanted[number + 1 :], after, depth):
                        yield found | member | others, last
                return
            part, state = few[0]
            if part is not ABSENT:
                found[name] = part
        yield found, state


def _open_parts(parameters: Any, node: Node) -> Iterator[Leaf]:
    """Parts known only later in which members that matter were expected."""
    if isinstance(parameters, Leaf) and isinstance(parameters.value, Unresolved) and not node.is_value:
        yield parameters
    elif isinstance(parameters, dict):
        for name, value in parameters.items():
            yield from _open_parts(value, node.member(name) or Node())
    elif isinstance(parameters, list):
        for value in parameters:
            yield from _open_parts(value, node.below.get("[]", node))
