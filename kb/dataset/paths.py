"""Where the data, the database and the queries are: in a checkout, or inside the package if it was installed."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def checkout() -> Path | None:
    """Return the root of the repository that this package runs from; None if it was installed from a wheel."""
    root = _PACKAGE.parent
    return root if (root / "data" / "observations").is_dir() and (root / "pyproject.toml").is_file() else None


def data_dir() -> Path:
    """Return the folder with observation logs and curated tables: ``data/``, or the copy inside the wheel."""
    root = checkout()
    return root / "data" if root else _PACKAGE / "_data"


def queries_dir() -> Path:
    """Return the folder with the SQL that users run."""
    root = checkout()
    return root / "queries" if root else _PACKAGE / "_queries"


def snapshot_file() -> Path:
    """Return the lookup snapshot inside the package."""
    return _PACKAGE / "snapshot.txt"


def database_file() -> Path:
    """Return the default path of the database.

    ``KB_DATABASE`` if set; ``data/kb.duckdb`` in a checkout; else a file in the user's cache folder.
    """
    named = os.environ.get("KB_DATABASE")
    return Path(named) if named else _generated_dir() / "kb.duckdb"


def export_dir() -> Path:
    """Return the default folder of the exports.

    ``KB_EXPORT`` if set; ``data/export/`` in a checkout; else a folder in the user's cache folder.
    """
    named = os.environ.get("KB_EXPORT")
    return Path(named) if named else _generated_dir() / "export"


def _generated_dir() -> Path:
    root = checkout()
    if root:
        return root / "data"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "sagemaker-storage-kb"
