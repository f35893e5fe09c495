"""Measures the numbers this project promises, as ratios in one run: ``python -m tests.benchmarks``.

Prints a table and ends with status 1 if a number is missed. Not part of the tests: machines differ and are noisy.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tabulate import tabulate

from tests.benchmarks import builds, checking, exports, guards, lookups, site, sizes
from tests.benchmarks.result import Result


def main() -> int:
    """Run every benchmark and print the table."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="kb-benchmarks-") as folder:
        # a process begins with the peak memory of its parent, so what measures its own comes before the builds
        parts = (lookups, guards, checking, builds, exports, sizes, site)
        for benchmark in (part.measure for part in parts):
            print(f"measuring {benchmark.__module__.rpartition('.')[2]} ...", file=sys.stderr)
            results += benchmark(Path(folder))
    rows = [(r.what, r.measured, r.must_reach, "yes" if r.is_met else "NO") for r in results]
    print(tabulate(rows, headers=("what", "measured", "must reach", "met")))
    return 0 if all(r.is_met for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
