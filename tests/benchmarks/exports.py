"""The export: its time beside that of the build, and what each format weighs."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from kb.dataset.paths import data_dir
from kb.export import FORMATS, export
from kb.pipeline import build
from tests.benchmarks.result import Result


def measure(folder: Path) -> list[Result]:
    """Measure an export of the shipped data in every format."""
    database = folder / "exports.duckdb"
    began = time.perf_counter()
    build(data_dir(), database, None)
    built = time.perf_counter()
    result = export(database, folder / "export")
    seconds = time.perf_counter() - built
    again = export(database, folder / "again")
    sizes: Counter[str] = Counter()
    for name, size in result.files.items():
        sizes[name.partition("/")[0]] += size
    weights = ", ".join(f"{form} {sizes.get(form, sizes[f'kb.{form}']) / 1e6:.1f}" for form in FORMATS)
    return [
        Result(
            f"kb export, every format ({seconds / (built - began):.1f}x the build)", f"{seconds:.1f} s", "shown", True
        ),
        Result(f"its files ({weights} MB)", f"{sum(result.files.values()) / 1e6:.1f} MB", "shown", True),
        Result(
            "two exports of one database",
            "equal" if again.sha256 == result.sha256 else "differ",
            "equal",
            again.sha256 == result.sha256,
        ),
    ]
