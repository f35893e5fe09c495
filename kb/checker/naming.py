"""Names of operations and members in the formats that do not write them as the API does."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

from kb.library.calls import Node, operations, tree

#: Turns the name of a member in a document into its name in the API.
Naming = Callable[[str], str]


def operation_named(name: str) -> str | None:
    """Return the operation of that name, in whichever case; None where it is none that matters."""
    return next((known for known in operations() if known.lower() == name.lower()), None)


def camel_case(name: str) -> str:
    """Name in the API of a member in CloudTrail, which begins with a small letter."""
    return name[:1].upper() + name[1:]


def snake(name: str) -> str:
    """Write an API name as Terraform does: ``VolumeSizeInGB`` is ``volume_size_in_gb``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def snake_case(name: str) -> str:
    """Name in the API of a member in Terraform."""
    return _members().get(name) or "".join(part[:1].upper() + part[1:] for part in name.split("_"))


@functools.cache
def _members() -> dict[str, str]:
    """API names of all members that matter, by name in Terraform."""

    def below(node: Node) -> Iterator[str]:
        for name, part in node.below.items():
            yield from (name, *below(part))

    trees = filter(None, map(tree, operations()))
    return {snake(name): name for top in trees for name in below(top)}
