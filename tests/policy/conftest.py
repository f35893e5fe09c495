"""The command, run in this process."""

from __future__ import annotations

from tests.cli.conftest import kb

__all__ = ["kb"]
