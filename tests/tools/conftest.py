"""Programs that the tests of other tools need."""

from __future__ import annotations

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def sqlite3_program() -> str:
    """The program sqlite3, which no Python package brings along."""
    found = shutil.which("sqlite3")
    if found:
        return found
    reason = "the program sqlite3 is not there; install the package sqlite3 of your system"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
