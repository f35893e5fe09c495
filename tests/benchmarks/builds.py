"""The build: time and memory on two cores, ten times the input, and the same bytes twice."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from kb.dataset.paths import data_dir
from tests.benchmarks.result import Result

_BUILD = """
import json, resource, sys, time
from pathlib import Path
from kb.pipeline import build
start = time.perf_counter()
build(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
_DUMP = """
import hashlib, sys
import duckdb
from kb.dataset.schema import TABLES
digest = hashlib.sha256()
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for table in TABLES:
        digest.update(repr(connection.execute(f"SELECT * FROM {table.name}").fetchall()).encode())
print(digest.hexdigest())
"""
_COPIES = 10


def measure(folder: Path) -> list[Result]:
    """Measure the build of the shipped data, of ten times as much, and compare two builds."""
    seconds, megabytes = _build(data_dir(), folder / "one")
    again, _ = _build(data_dir(), folder / "two")
    seconds = min(seconds, again)
    large_seconds, large_megabytes = _build(_multiplied(folder / "data"), folder / "ten")
    ratio = large_seconds / seconds
    is_equal = _digest(folder / "one") == _digest(folder / "two")
    return [
        Result("kb build, all history", f"{seconds:.1f} s", "under 10 s", seconds < 10),
        Result("its memory", f"{megabytes:.0f} MB", "under 500 MB", megabytes < 500),
        Result(
            f"ten times the input ({large_seconds:.1f} s, {large_megabytes:.0f} MB)",
            f"{ratio:.1f}x the time",
            "at most 12x",
            ratio <= 12,
        ),
        Result("two builds of the same inputs", "equal" if is_equal else "differ", "equal", is_equal),
    ]


def _build(data: Path, target: Path) -> tuple[float, float]:
    target.mkdir()
    command = [sys.executable, "-c", _BUILD, str(data), str(target / "kb.duckdb"), str(target / "snapshot.txt")]
    cores = sorted(os.sched_getaffinity(0))[:2]
    everything = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    finally:
        os.sched_setaffinity(0, everything)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def _digest(target: Path) -> tuple[str, str]:
    rows = subprocess.run(
        [sys.executable, "-c", _DUMP, str(target / "kb.duckdb")], check=True, capture_output=True, text=True
    ).stdout
    return rows, hashlib.sha256((target / "snapshot.txt").read_bytes()).hexdigest()


def _multiplied(target: Path) -> Path:
    """The shipped inputs ten times over: copies of every type under families that do not exist (g5 becomes g5y1)."""
    shutil.copytree(data_dir(), target, ignore=shutil.ignore_patterns("*.duckdb*", ".kb-*", "README.md"))
    for path in (target / "observations").glob("*.csv"):
        _multiply(path)
    for name in ("hardware.csv", "special_types.csv", "check_exceptions.csv"):
        _multiply(target / "curated" / name)
    _count_again(target)
    return target


def _multiply(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    names = [header.index(c) for c in ("ec2_type", "enum_value", "instance_type", "subject") if c in header]
    copies = list(rows)
    for number in range(1, _COPIES):
        for row in rows:
            copy = [_renamed(cell, number) if position in names else cell for position, cell in enumerate(row)]
            if copy != row:
                copies.append(copy)
    keys = [position for position, name in enumerate(header) if name not in ("origin", "value", "is_listed")]
    if "observed_on" in header:
        copies.sort(key=lambda row: [row[position] for position in keys])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *copies])


def _count_again(target: Path) -> None:
    """Make scrapes.csv say how many rows each reading has in the logs now."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for path in (target / "observations").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            counts.update((path.stem, row["observed_on"], row["origin"]) for row in csv.DictReader(file))
    scrapes = target / "scrapes.csv"
    with scrapes.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["rows_changed"] = str(counts.pop((row["source"], row["observed_on"], row["origin"]), 0))
    with scrapes.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _renamed(name: str, number: int) -> str:
    """g5.xlarge becomes g5y1.xlarge, ml.g5.xlarge ml.g5y1.xlarge; what does not begin with a type stays."""
    first, space, rest = name.partition(" ")
    parts = first.split(".")
    if len(parts) < 2:
        return name
    parts[-2] += f"y{number}"
    return ".".join(parts) + space + rest
