"""Every error that kb raises, by name. Standard library only, and cheap to import."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType
    from typing import Any


class KBError(Exception):
    """Base of every error of this package. The message is meant for people."""


def _shown(name: object) -> str:
    shown = repr(name)
    return shown if len(shown) <= 80 else shown[:76] + "...'"


class UnknownInstanceType(KBError, LookupError):
    """No source lists an instance type of that name.

    Attributes:
        name: The name as given.
        suggestions: Similar names that exist, best first.
    """

    def __init__(self, name: object, suggestions: Sequence[str] = (), hint: str = "") -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        text = f"unknown instance type {_shown(name)}"
        if hint:
            text += f": {hint}"
        elif self.suggestions:
            text += f"; near names: {', '.join(self.suggestions)}"
        super().__init__(text)


class UnknownWorkload(KBError, LookupError):
    """There is no workload of that name. The message lists the workloads."""

    def __init__(self, name: object, workloads: Sequence[str]) -> None:
        self.name = name
        super().__init__(f"unknown workload {_shown(name)}; the workloads are: {', '.join(workloads)}")


class UnknownVersion(KBError, ValueError):
    """The value is not a date or data version since 2017-11-29."""


class UnknownAnswer(KBError, ValueError):
    """The evidence does not say whether a key can be used, so neither True nor False is right."""


class VolumeKeyRefused(KBError, ValueError):
    """A guarded client stopped a request because of its volume key. The message has the reason and the fix.

    Attributes:
        problems: A `kb.KeyProblem` for each instance type with a problem.
    """

    problems: tuple[Any, ...]

    def __init__(self, text: str, problems: Sequence[Any] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(text)


class VolumeKeyWarning(UserWarning):
    """A guarded client sent a request whose volume key does not do what you might expect."""


class InputError(KBError):
    """A file under ``data/`` or ``queries/`` is not in the required form.

    Attributes:
        path: The file.
        line: 1-based line; 0 for the file as a whole.
        problem: What is wrong.
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
    """No policy can be made for what you asked for."""


class MissingExtraError(KBError, ImportError):
    """A feature needs a package that is not installed. The message names the extra to install."""

    def __init__(self, package: str, extra: str, feature: str) -> None:
        super().__init__(f"{feature} needs the package {package!r}: pip install 'sagemaker-storage-kb[{extra}]'")


def need(package: str, extra: str, feature: str) -> ModuleType:
    """Import a package that comes with an extra.

    Args:
        package: Name of the module.
        extra: Extra of this distribution that installs it.
        feature: What needs it, as the beginning of a sentence.

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
