"""The lookup: beside a plain dict, beside the SageMaker SDK's name rule, and from a cold start."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from statistics import median

import kb
from kb.dataset.paths import data_dir
from tests.benchmarks.result import Result

_COLD = "import kb; kb.lookup('ml.g5.xlarge')"
_IMPORTED = (
    "import sys; before = set(sys.modules); import kb; "
    "kb.lookup('ml.g5.xlarge'); kb.volume_kms('ml.g5.xlarge', 'training'); "
    "print(*sorted({m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names) - {'kb'}))"
)


def name_rule() -> Callable[[str], bool]:
    """The SDK's name rule, written from the facts in sdk_name_rule.csv; as lean as it can be without being wrong."""
    with (data_dir() / "curated" / "sdk_name_rule.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    parts = tuple(row["pattern"] for row in rows if row["match_kind"] == "contains")
    prefixes = tuple(row["pattern"] for row in rows if row["match_kind"] == "prefix")

    def supports_kms(instance_type: str) -> bool:
        family = instance_type.split(".")[1]
        return not any(part in family for part in parts) and not any(family.startswith(prefix) for prefix in prefixes)

    return supports_kms


def measure(_folder: Path) -> list[Result]:
    """Measure speed, correctness and start-up."""
    return [*_speed(), *_correctness(), *_cold_start()]


def _speed() -> list[Result]:
    names = [each.instance_type for each in kb.find()]
    pairs = [(name, workload) for name in names for workload in kb.workloads()]
    table = {pair: kb.volume_kms(*pair) for pair in pairs}
    rule, volume_kms = name_rule(), kb.volume_kms

    def loop() -> None:
        for _name, _workload in pairs:
            pass

    def plain_dict() -> None:
        for name, workload in pairs:
            table[name, workload]

    def ours() -> None:
        for name, workload in pairs:
            volume_kms(name, workload)

    def theirs() -> None:
        for name, _workload in pairs:
            rule(name)

    lookups = 3 * len(pairs)
    loops = (loop, plain_dict, ours, theirs)
    nanoseconds = {f: min(timeit.repeat(f, number=3, repeat=9)) / lookups * 1e9 for f in loops}
    cost = {f: nanoseconds[f] - nanoseconds[loop] for f in (plain_dict, ours, theirs)}
    beside_dict, beside_rule = cost[ours] / cost[plain_dict], cost[ours] / cost[theirs]
    return [
        Result(
            "kb.volume_kms beside a plain dict lookup",
            f"{beside_dict:.1f}x ({cost[ours]:.0f} ns : {cost[plain_dict]:.0f} ns)",
            "at most 3.5x",
            beside_dict <= 3.5,
        ),
        Result(
            "kb.volume_kms beside the SDK's name rule",
            f"{beside_rule:.2f}x ({cost[ours]:.0f} ns : {cost[theirs]:.0f} ns)",
            "faster (below 1x)",
            beside_rule < 1,
        ),
    ]


def _correctness() -> list[Result]:
    """Both against what EC2 says in the installed capture, where it knows the type."""
    capture = resources.files("moto") / "ec2" / "resources" / "instance_types.json.gz"
    ec2 = json.loads(gzip.decompress(capture.read_bytes()))
    supported = {name: not record["InstanceStorageSupported"] for name, record in ec2.items()}
    known = [each for each in kb.find() if each.ec2_type in supported]
    rule = name_rule()
    theirs = sum(rule(each.instance_type) != supported[str(each.ec2_type)] for each in known)
    ours = sum(each.is_kms_eligible != supported[str(each.ec2_type)] for each in known)
    everything = [each for each in kb.find() if each.is_kms_eligible is not None]
    beyond = sum(rule(each.instance_type) != each.is_kms_eligible for each in everything) - theirs
    return [
        Result("kb: types wrong against EC2's capture", f"{ours} of {len(known)}", "0", ours == 0),
        Result(
            "the SDK's name rule, the same",
            f"{theirs} of {len(known)}, and {beyond} beyond it",
            "more than 0",
            theirs > 0,
        ),
    ]


def _cold_start() -> list[Result]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def seconds(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        return time.perf_counter() - start

    seconds(_COLD)
    ratio = median(seconds(_COLD) / seconds("pass") for _ in range(25))
    modules = [sys.executable, "-c", _IMPORTED]
    done = subprocess.run(modules, check=True, env=environment, capture_output=True, text=True)
    outside = done.stdout.strip()
    return [
        Result("import kb and one lookup beside an empty Python", f"{ratio:.2f}x", "at most 2x", ratio <= 2),
        Result("modules outside the standard library", outside or "none", "none", not outside),
    ]
