"""SageMaker's service model as the installed botocore has it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import botocore.session


@functools.cache
def service() -> Any:
    """The service model."""
    return botocore.session.get_session().get_service_model("sagemaker")


def full_request(operation: str) -> Any:
    """A request with every member of the operation, one element in each list; each leaf holds its own path."""
    shape = service().operation_model(operation).input_shape
    return {} if shape is None else _filled(shape, "", ())


def _filled(shape: Any, path: str, above: tuple[str, ...]) -> Any:
    if shape.type_name == "structure":
        if shape.name in above:
            return {}
        above = (*above, shape.name)
        return {
            name: _filled(member, f"{path}.{name}" if path else name, above) for name, member in shape.members.items()
        }
    if shape.type_name == "list":
        return [_filled(shape.member, f"{path}[0]", above)]
    return path


def leaves(operation: str) -> Iterator[tuple[str, Any]]:
    """Path and shape of every member of the operation that is no structure or list; lists as in `full_request`."""
    shape = service().operation_model(operation).input_shape
    if shape is not None:
        yield from _leaves(shape, "", ())


def _leaves(shape: Any, path: str, above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if shape.type_name == "structure":
        if shape.name not in above:
            for name, member in shape.members.items():
                yield from _leaves(member, f"{path}.{name}" if path else name, (*above, shape.name))
    elif shape.type_name == "list":
        yield from _leaves(shape.member, f"{path}[0]", above)
    else:
        yield path, shape
