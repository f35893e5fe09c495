"""Imports of packages that come with an extra, with a message that names the extra when one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kb.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType


def need(package: str, extra: str, feature: str) -> ModuleType:
    """Import `package`.

    Args:
        package: Name of the module.
        extra: Extra of this distribution that installs it.
        feature: What needs it, as the start of a sentence.

    Raises:
        MissingExtraError: the package is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise MissingExtraError(package, extra, feature) from error
