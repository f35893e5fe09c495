"""What can go wrong, by name. Standard library only, and cheap to import."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType
    from typing import Any


class KBError(Exception):
    """Base of every error of this package; its text is meant for people."""


class UnknownInstanceType(KBError, LookupError):
    """No source lists an instance type of that name.

    Attributes:
        name: The name as it was given.
        suggestions: Known names near to it, best first.
    """

    def __init__(self, name: object, suggestions: Sequence[str] = (), hint: str = "") -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        shown = repr(name)
        if len(shown) > 80:
            shown = shown[:76] + "...'"
        text = f"unknown instance type {shown}"
        if hint:
            text += f": {hint}"
        elif self.suggestions:
            text += f"; near names: {', '.join(self.suggestions)}"
        super().__init__(text)


class UnknownWorkload(KBError, LookupError):
    """No workload of that name; the text lists the workloads."""

    def __init__(self, name: object, workloads: Sequence[str]) -> None:
        self.name = name
        shown = repr(name)
        if len(shown) > 80:
            shown = shown[:76] + "...'"
        super().__init__(f"unknown workload {shown}; the workloads are: {', '.join(workloads)}")


class UnknownVersion(KBError, ValueError):
    """What was given is no date or data version since 2017-11-29."""


class UnknownAnswer(KBError, ValueError):
    """The evidence does not say whether a key can be used, so neither True nor False would be right."""


class VolumeKeyRefused(KBError, ValueError):
    """A guarded client did not send a request, because of its volume key; the text has reason and fix.

    Attributes:
        problems: What is wrong, a `kb.KeyProblem` per instance type named.
    """

    problems: tuple[Any, ...]

    def __init__(self, text: str, problems: Sequence[Any] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(text)


class VolumeKeyWarning(UserWarning):
    """A guarded client sent a request whose volume key does not do what one would think."""


class InputError(KBError):
    """A file under ``data/`` is not as it must be.

    Attributes:
        path: The file.
        line: 1-based line; 0 where the file as a whole is meant.
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")


class BuildError(KBError):
    """The build stopped; nothing was published."""


class ExportError(KBError):
    """The export stopped; nothing was replaced."""


class DatabaseError(KBError):
    """A database file is missing, damaged, or of another schema version."""


class SnapshotError(KBError):
    """The lookup snapshot inside the package is missing, damaged, or of another version."""


class PolicyError(KBError, ValueError):
    """No policy can be made of what was asked for."""


class MissingExtraError(KBError, ImportError):
    """A feature needs a package that is not installed; the text names the extra."""

    def __init__(self, package: str, extra: str, feature: str) -> None:
        super().__init__(f"{feature} needs the package {package!r}: pip install 'sagemaker-storage-kb[{extra}]'")


def need(package: str, extra: str, feature: str) -> ModuleType:
    """Import `package`.

    Args:
        package: Name of the module.
        extra: Extra of this distribution that installs it.
        feature: What needs it, as the start of a sentence.

    Raises:
        MissingExtraError: the package is not installed.
    """
    from importlib import import_module

    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        # of kb.x.y it may be x that is missing
        if error.name is None or not f"{package}.".startswith(f"{error.name}."):
            raise
        raise MissingExtraError(package, extra, feature) from error
