"""The parts of each API request that speak of instance types, volume keys and sizes, as a tree; and names for them.

The tree is made from the paths in the snapshot (``data/curated/workloads.csv``). Readers follow it, so that they
resolve no more of a document than is asked about, and know where a list stands and where a structure.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from kb.library.lookup import snapshot


class Shape(dict[str, "Shape"]):
    """Members of a structure that matter, by API name; ``[]`` stands for the elements of a list, ``*`` for anything."""

    @property
    def is_value(self) -> bool:
        """Whether a plain value stands here."""
        return not self

    @property
    def is_list(self) -> bool:
        """Whether a list stands here."""
        return "[]" in self

    def member(self, name: str) -> Shape | None:
        """Return the shape of a member; None where it does not matter.

        Where members may have any name, those on the way to what matters are settings, and named so.
        """
        return self.get(name, self if "*" in self and "Settings" in name else None)


@functools.cache
def shape_of(operation: str) -> Shape | None:
    """Return what matters in a request; None where nothing does."""
    top: Shape | None = None
    for _, operations, *cells in snapshot().requests():
        if operation not in operations.split(", "):
            continue
        top = Shape() if top is None else top
        for text in " | ".join(filter(None, cells)).split(" | "):
            named, _, path = text.rpartition(":")
            if path and named in ("", operation):
                _add(top, path.replace("[]", ".[]").split("."))
    return top


def _add(shape: Shape, steps: list[str]) -> None:
    if steps[0] == "*":
        # members before the path may have any name, so the path begins here and in everything below
        shape["*"] = Shape()
        steps = steps[1:]
    for step in steps:
        shape = shape.setdefault(step, Shape())


@functools.cache
def operations() -> dict[str, str]:
    """Every operation that matters, by its name in lower case."""
    found = (name for _, names, *_ in snapshot().requests() for name in names.split(", "))
    return {name.lower(): name for name in found}


#: Turns the name of a member in a document into its name in the API, given the shape of the structure it is in.
Naming = Callable[[str, Shape], str]


def api_names(name: str, shape: Shape) -> str:
    """Names as the API has them, also in CloudFormation and Step Functions."""
    del shape
    return name


def camel_case(name: str, shape: Shape) -> str:
    """Names as CloudTrail has them: the first letter is a small one."""
    del shape
    return name[:1].upper() + name[1:]


def snake(name: str) -> str:
    """Write an API name as Terraform does: ``VolumeSizeInGB`` is ``volume_size_in_gb``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def snake_case(exceptions: dict[str, str]) -> Naming:
    """Names as Terraform has them.

    Args:
        exceptions: Names of a resource that do not follow from the API's, with the API's.
    """

    def naming(name: str, shape: Shape) -> str:
        if name in exceptions:
            return exceptions[name]
        return next((member for member in shape if snake(member) == name), _pascal(name))

    return naming


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
