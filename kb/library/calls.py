"""Reads a SageMaker API request: which instance types, volume keys and volume sizes it names, and where. Stdlib only.

Where they stand is data (``data/curated/workloads.csv``; its README explains the paths) and comes from the snapshot.
Keys for output in S3 are other parameters, so they are never read.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kb.library.lookup import snapshot
from kb.library.record import Record

#: How many members a leading ``*.`` may stand for. Bounds the work on a hostile request.
WILDCARD_DEPTH = 2


class Unresolved(Record):
    """A value that is known only later, such as a parameter of a template.

    Attributes:
        reason: Why it is not known here, as a clause: "the parameter Type has no default".
        is_given: Whether something certainly stands there in the end. A reference to a resource does; a parameter
            may turn out empty.
        text: What is known of a text, with ``${...}`` for the rest; None for anything else.
    """

    reason: str
    is_given: bool
    text: str | None

    def __init__(self, reason: str, is_given: bool = False, text: str | None = None) -> None:
        super().__init__(reason=reason, is_given=is_given, text=text)


class Leaf(Record):
    """A value at the end of a path of a request that stands in a file, with its place there."""

    value: Any
    place: tuple[str | int, ...]

    def __init__(self, value: Any, place: tuple[str | int, ...]) -> None:
        super().__init__(value=value, place=place)


class Setting(Record):
    """One instance type, volume key or volume size in a request.

    Attributes:
        path: Where it stands, such as ``ResourceConfig.InstanceGroups[1].InstanceType``.
        value: What stands there, as it was given; not always text.
        scope: Path of the part of the request for which a key or size holds; empty for all of it, and for a type.
        choice: Path of the list from which SageMaker picks one type, where this is part of an element; else empty.
        place: Where the value stands in a file; None where it is not from one.
    """

    path: str
    value: Any
    scope: str
    choice: str
    place: tuple[str | int, ...] | None

    def __init__(self, path: str, part: Any, scope: str, choice: str) -> None:
        # many are made while a guarded request waits; this takes half the time of the general way
        fields = self.__dict__
        fields["path"], fields["scope"], fields["choice"] = path, scope, choice
        is_leaf = isinstance(part, Leaf)
        fields["value"] = part.value if is_leaf else part
        fields["place"] = part.place if is_leaf else None

    def covers(self, other: Setting) -> bool:
        """Whether this key or size holds for that instance type."""
        return not self.scope or other.path.startswith(f"{self.scope}.")


class WorkloadRequest(Record):
    """What a request says about one workload; some requests speak of two.

    Attributes:
        workload: The workload.
        types: Instance types named.
        keys: Volume keys given.
        sizes: Volume sizes given.
        key_paths: Where this operation takes a volume key, such as ``ResourceConfig.VolumeKmsKeyId``; empty where it
            takes none. ``[]`` is every element of a list.
    """

    workload: str
    types: tuple[Setting, ...]
    keys: tuple[Setting, ...]
    sizes: tuple[Setting, ...]
    key_paths: tuple[str, ...]

    def keys_of(self, named: Setting) -> tuple[Setting, ...]:
        """Return the volume keys that hold for one of the types."""
        return tuple(key for key in self.keys if key.covers(named))

    def sizes_of(self, named: Setting) -> tuple[Setting, ...]:
        """Return the volume sizes that hold for one of the types."""
        return tuple(size for size in self.sizes if size.covers(named))


class Node:
    """A place in a request on the way to types, keys and sizes: what matters below it, or which values it holds.

    Attributes:
        below: Places below, by member name; ``[]`` for every element of a list.
        anywhere: Place below any other member, on the way to settings that may stand deeper; None where there is none.
        values: What the value here is: number of the workload, kind (0 for a type, 1 for a key, 2 for a size), and the
            steps from the top to the part for which it holds, and to the list from which SageMaker picks.
    """

    __slots__ = ("anywhere", "below", "values")

    def __init__(self) -> None:
        self.below: dict[str, Node] = {}
        self.anywhere: Node | None = None
        self.values: list[tuple[int, int, int, int]] = []

    @property
    def is_value(self) -> bool:
        """Whether a plain value stands here."""
        return not self.below

    @property
    def is_list(self) -> bool:
        """Whether a list stands here."""
        return "[]" in self.below

    def member(self, name: str) -> Node | None:
        """Return the place of a member; None where it does not matter.

        Where members may have any name, those on the way to what matters are settings, and named so.
        """
        return self.below.get(name, self.anywhere if "Settings" in name else None)

    def add(self, steps: tuple[str, ...], value: tuple[int, int, int, int], depth: int = WILDCARD_DEPTH) -> None:
        """Add a value at the end of a path; a path that begins with ``*`` also begins below other members."""
        place = self
        if steps[0] == "*":
            steps = steps[1:]
            if depth:
                self.anywhere = self.anywhere or Node()
                self.anywhere.add(("*", *steps), value, depth - 1)
        for step in steps:
            place = place.below.setdefault(step, Node())
        place.values.append(value)

    def read(self, part: object, above: tuple[str, ...], found: list[tuple[list[Setting], ...]]) -> None:
        """Add what stands here and below to what was found; `above` has the paths from the top down to here."""
        if self.values:
            for number, kind, scope, choice in self.values:
                found[number][kind].append(Setting(above[-1], part, above[scope], above[choice]))
        elif isinstance(part, dict):
            members = self.below
            if self.anywhere:
                members = {name: node for name in part if isinstance(name, str) and (node := self.member(name))}
            for name, node in members.items():
                if name in part:
                    node.read(part[name], (*above, f"{above[-1]}.{name}" if above[-1] else name), found)
        elif "[]" in self.below and isinstance(part, list | tuple):
            for position, element in enumerate(part):
                self.below["[]"].read(element, (*above, f"{above[-1]}[{position}]"), found)


def read_request(operation: str, parameters: object) -> tuple[WorkloadRequest, ...]:
    """Read the parameters of an API operation.

    Args:
        operation: Name of the operation, such as ``CreateTrainingJob``.
        parameters: The request, with the API's own member names: dicts, lists and values. What has another form than
            the API wants is ignored.

    Returns:
        One entry per workload of which the operation speaks; empty where it starts nothing that has a workload.
    """
    if operation not in _layouts():
        return ()
    workloads, top = _layouts()[operation]
    found: list[tuple[list[Setting], ...]] = [([], [], []) for _ in workloads]
    top.read(parameters, ("",), found)
    requests = []
    for (workload, key_paths), settings in zip(workloads, found, strict=True):
        types, keys, sizes = map(tuple, settings)
        requests.append(WorkloadRequest(workload=workload, types=types, keys=keys, sizes=sizes, key_paths=key_paths))
    return tuple(requests)


def operations() -> tuple[str, ...]:
    """Return every operation of which :func:`read_request` can say something, by name."""
    return tuple(sorted(_layouts()))


def tree(operation: str) -> Node | None:
    """Return what matters in the requests of an operation; None where nothing does."""
    return _layouts()[operation][1] if operation in _layouts() else None


@cache
def _layouts() -> dict[str, tuple[list[tuple[str, tuple[str, ...]]], Node]]:
    """Workloads of each operation, with the paths of their keys; and what matters in its requests."""
    found: dict[str, tuple[list[tuple[str, tuple[str, ...]]], Node]] = {}
    # paths of instance types, volume keys and volume sizes; see data/README.md
    for workload, names, *cells in snapshot().rows("requests"):
        for operation in names.split(", "):
            workloads, top = found.setdefault(operation, ([], Node()))
            paths = [_of_operation(cell, operation) for cell in cells]
            _grow(top, len(workloads), paths)
            workloads.append((workload, paths[1]))
    return found


def _grow(top: Node, number: int, cells: list[tuple[str, ...]]) -> None:
    """Add a workload to the places that matter: the paths of its types, keys and sizes."""
    type_paths = tuple(map(_steps, cells[0]))
    for kind, texts in enumerate(cells):
        for steps in map(_steps, texts):
            choice = steps.index("[?]") if "[?]" in steps else 0
            plain = tuple("[]" if step == "[?]" else step for step in steps)
            top.add(plain, (number, kind, _scope(steps, type_paths) if kind else 0, choice))


def _of_operation(cell: str, operation: str) -> tuple[str, ...]:
    """Paths in a cell that are for an operation: those that name it, and those that name none."""
    named = (text.rpartition(":") for text in cell.split(" | "))
    return tuple(path for name, _, path in named if path and name in ("", operation))


def _steps(path: str) -> tuple[str, ...]:
    """Split a path into member names, ``[]`` and ``[?]``."""
    return tuple(path.replace("[", ".[").split("."))


def _scope(steps: tuple[str, ...], type_paths: tuple[tuple[str, ...], ...]) -> int:
    """Count the steps to the nearest part around a value where an instance type can stand; 0 is the whole request."""
    if steps[0] == "*":
        return 0
    for length in range(len(steps) - 1, 0, -1):
        if any(other[:length] == steps[:length] for other in type_paths):
            return length
    return 0
