"""The base of every value the library returns: frozen, with typed attributes, equality, hashing and a readable repr.

``dataclasses`` would do the same, but importing it also imports ``inspect``, which takes longer than a whole lookup.
Type checkers treat a `Record` as a frozen, keyword-only dataclass.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, dataclass_transform
else:

    def dataclass_transform(**_options: object):  # noqa: D103
        return lambda cls: cls


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record:
    """Base of the immutable values this library returns. Its attributes are those that a subclass annotates."""

    _fields: tuple[str, ...] = ()
    _names: frozenset[str] = frozenset()

    def __init_subclass__(cls) -> None:
        own = tuple(name for name in cls.__annotations__ if not name.startswith("_"))
        cls._fields = (*cls._fields, *own)
        cls._names = frozenset(cls._fields)

    def __init__(self, **values: Any) -> None:
        if values.keys() != self._names:
            wrong = sorted(values.keys() ^ self._names)
            raise TypeError(
                f"{type(self).__name__} takes exactly {', '.join(self._fields)}; missing or unknown: {', '.join(wrong)}"
            )
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *(self.__dict__[name] for name in self._fields)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self._fields)
        return f"{type(self).__name__}({shown})"

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes as values for JSON: records as dicts, dates as ISO text, tuples as lists."""
        return {name: _plain(self.__dict__[name]) for name in self._fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.as_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.value if hasattr(value, "value") else value
