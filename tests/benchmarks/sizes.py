"""Sizes of what is shipped: the database and the wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kb.dataset.paths import checkout, data_dir
from kb.pipeline import build
from tests.benchmarks.result import Result


def measure(folder: Path) -> list[Result]:
    """Measure the database, the snapshot and the wheel."""
    root = checkout()
    if root is None:
        raise SystemExit("the benchmarks need a checkout of the repository")
    database, snapshot = folder / "sizes.duckdb", folder / "sizes.txt"
    build(data_dir(), database, snapshot)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(root)]
    subprocess.run(command, check=True)
    wheel = next(folder.glob("*.whl"))
    return [
        _size("DuckDB file", database, 15),
        _size("wheel", wheel, 3),
        Result("lookup snapshot inside it", f"{snapshot.stat().st_size / 1e6:.2f} MB", "shown", is_met=True),
    ]


def _size(what: str, path: Path, limit: float) -> Result:
    megabytes = path.stat().st_size / 1e6
    return Result(what, f"{megabytes:.2f} MB", f"under {limit} MB", megabytes < limit)
