"""Reads a SageMaker API request: which instance types, volume keys and volume sizes it names, and where. Stdlib only.

Where they stand is data (``data/curated/workloads.csv``; its README explains the paths) and comes from the snapshot.
Keys for output in S3 are other parameters, so they are never read.
"""

from __future__ import annotations

from kb.library.lookup import snapshot
from kb.library.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

#: Lists of types of which SageMaker picks one, by preference and by what there is.
_CHOICES = ("InstancePreferences", "InstanceConfigs", "InstanceTypes")

#: How many members a leading ``*.`` may stand for. Bounds the work on a hostile request.
WILDCARD_DEPTH = 2


class Setting(Record):
    """One instance type, volume key or volume size in a request.

    Attributes:
        path: Where it stands, such as ``ResourceConfig.InstanceGroups[1].InstanceType``.
        value: What stands there, as it was given; not always text.
        scope: Path of the part of the request for which a key or size holds; empty for all of it, and for a type.
    """

    path: str
    value: Any
    scope: str

    def __init__(self, path: str, value: Any, scope: str) -> None:
        # many are made while a guarded request waits; this takes half the time of the general way
        fields = self.__dict__
        fields["path"], fields["value"], fields["scope"] = path, value, scope

    def covers(self, other: Setting) -> bool:
        """Whether this key or size holds for that instance type."""
        return not self.scope or other.path.startswith(f"{self.scope}.")

    @property
    def choice(self) -> str:
        """Path of the list from which SageMaker picks one type, where this type is an element of one; else empty."""
        path = self.path.rpartition("[")[0]
        return path if path.rpartition(".")[2] in _CHOICES else ""


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


class _Node:
    """A place in a request on the way to values: what may stand below it, and whether it is a value itself.

    Attributes:
        below: Places below, by member name; ``[]`` for every element of a list.
        kind: 0 for an instance type, 1 for a volume key, 2 for a volume size; None on the way only.
        scope: Number of steps from the top to the part for which the value holds.
    """

    __slots__ = ("below", "kind", "scope")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.kind: int | None = None
        self.scope = 0

    def add(self, steps: tuple[str, ...], kind: int, scope: int) -> None:
        """Add a value at the end of a path."""
        node = self
        for step in steps:
            node = node.below.setdefault(step, _Node())
        node.kind, node.scope = kind, scope

    def read(self, part: object, above: tuple[str, ...], found: tuple[list[Setting], ...]) -> None:
        """Add what stands here and below to what was found; `above` has the paths from the top down to here."""
        if self.kind is not None:
            found[self.kind].append(Setting(above[-1], part, above[self.scope]))
        elif isinstance(part, dict):
            for name, node in self.below.items():
                if name in part:
                    node.read(part[name], (*above, f"{above[-1]}.{name}" if above[-1] else name), found)
        elif "[]" in self.below and isinstance(part, list | tuple):
            for number, element in enumerate(part):
                self.below["[]"].read(element, (*above, f"{above[-1]}[{number}]"), found)


class _Layout:
    """Where the requests of one operation speak of one workload."""

    def __init__(self, workload: str, cells: tuple[Iterable[str], ...]) -> None:
        self.workload = workload
        self.key_paths = tuple(cells[1])
        self._top, self._anywhere = _Node(), _Node()
        type_paths = tuple(_steps(text) for text in cells[0] if not text.startswith("*."))
        for kind, texts in enumerate(cells):
            for text in texts:
                if text.startswith("*."):
                    self._anywhere.add(_steps(text.removeprefix("*.")), kind, 0)
                else:
                    self._top.add(_steps(text), kind, _scope(_steps(text), type_paths) if kind else 0)

    def read(self, parameters: object) -> WorkloadRequest:
        """Read a request of this operation."""
        found: tuple[list[Setting], ...] = ([], [], [])
        self._top.read(parameters, ("",), found)
        if self._anywhere.below:
            for path, part in _parts(parameters, "", WILDCARD_DEPTH):
                # a value that may stand anywhere holds for the whole request
                self._anywhere.read(part, ("", path) if path else ("",), found)
        types, keys, sizes = map(tuple, found)
        return WorkloadRequest(workload=self.workload, types=types, keys=keys, sizes=sizes, key_paths=self.key_paths)


_layouts: dict[str, tuple[_Layout, ...]] = {}


def read_request(operation: str, parameters: object) -> tuple[WorkloadRequest, ...]:
    """Read the parameters of an API operation.

    Args:
        operation: Name of the operation, such as ``CreateTrainingJob``.
        parameters: The request, with the API's own member names: dicts, lists and values. What has another form than
            the API wants is passed over.

    Returns:
        One entry per workload of which the operation speaks; empty where it starts nothing that has a workload.
    """
    return tuple(layout.read(parameters) for layout in _known_layouts().get(operation, ()))


def operations() -> tuple[str, ...]:
    """Return every operation of which :func:`read_request` can say something, by name."""
    return tuple(sorted(_known_layouts()))


def _known_layouts() -> dict[str, tuple[_Layout, ...]]:
    if not _layouts:
        found: dict[str, tuple[_Layout, ...]] = {}
        for workload, names, *cells in snapshot().requests():
            for operation in names.split(", "):
                layout = _Layout(workload, tuple(_of_operation(cell, operation) for cell in cells))
                found[operation] = (*found.get(operation, ()), layout)
        _layouts.update(found)
    return _layouts


def _of_operation(cell: str, operation: str) -> tuple[str, ...]:
    """Paths in a cell that are for an operation: those that name it, and those that name none."""
    named = (text.rpartition(":") for text in cell.split(" | "))
    return tuple(path for name, _, path in named if path and name in ("", operation))


def _steps(path: str) -> tuple[str, ...]:
    """Split a path into member names and ``[]``."""
    return tuple(path.replace("[]", ".[]").split("."))


def _scope(steps: tuple[str, ...], type_paths: tuple[tuple[str, ...], ...]) -> int:
    """Count the steps to the nearest part around a value where an instance type can stand; 0 is the whole request."""
    for length in range(len(steps) - 1, 0, -1):
        if any(other[:length] == steps[:length] for other in type_paths):
            return length
    return 0


def _parts(part: object, path: str, depth: int) -> Iterator[tuple[str, object]]:
    """A structure and those below it, with their paths, down to a depth."""
    if isinstance(part, dict):
        yield path, part
        if depth:
            for name, below in part.items():
                yield from _parts(below, f"{path}.{name}" if path else name, depth - 1)
