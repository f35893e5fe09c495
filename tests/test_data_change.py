"""After an ordinary change of the data one command makes the suite green again: no test pins the data of today."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kb.dataset import log_specs
from kb.dataset.logs import SCRAPE_COLUMNS, parse_scrapes, read_log, read_scrapes, render
from tests.effort import FULL
from tests.examples import ROOT

TRAINING, TRANSFORM = "TrainingInstanceType", "TransformInstanceType"
GENERATE = ("-m", "tests.generate")
#: The suites of docs, queries and lookups.
SUITES = ("tests/test_readme.py", "tests/tools", "tests/queries", "tests/library", "tests/cli/test_lookup_command.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the files that git knows, and of those that are new."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    copy = tmp_path / "checkout"
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    return copy


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy; the installed command takes its package from there too."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    environment.pop(FULL, None)  # what soak does at full count is done elsewhere
    return subprocess.run(
        [sys.executable, *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def refresh(data: Path) -> str:
    """Do what a refresh does when botocore lists a known type in one more enum, and a new capture of EC2 differs.

    Returns:
        The type.
    """
    scrapes = read_scrapes(data / "scrapes.csv")
    day = str(date.fromisoformat(scrapes[-1].observed_on) + timedelta(days=1))
    enums = read_log(log_specs.SAGEMAKER_API.path(data), log_specs.SAGEMAKER_API)
    listed = sorted(name for (enum, name), value in enums.state.items() if (enum, value) == (TRAINING, "true"))
    name = next(name for name in listed if (TRANSFORM, name) not in enums.state)
    news = (
        (log_specs.SAGEMAKER_API, ("botocore 9.0.0", TRANSFORM, name, "true")),
        (log_specs.EC2_API_CAPTURE, ("moto 9.0.0", "m5.xlarge", "network_performance", "Up to 11 Gigabit")),
    )
    for spec, row in news:
        log = read_log(spec.path(data), spec)
        spec.path(data).write_bytes(render(spec.columns, [*log.rows, (day, *row)]))
        newest = [scrape for scrape in scrapes if scrape.source == spec.name][-1]
        scrapes.append(replace(newest, observed_on=day, origin=row[0], sha256="0" * 64, rows_changed=1))
    content = render(SCRAPE_COLUMNS, [scrape.cells for scrape in sorted(scrapes)])
    assert parse_scrapes(content, data / "scrapes.csv")
    (data / "scrapes.csv").write_bytes(content)
    return name


@pytest.mark.soak
def test_a_refresh_leaves_the_suite_green(checkout: Path) -> None:
    assert run(checkout, *GENERATE, "--check").returncode == 0
    name = refresh(checkout / "data")
    assert run(checkout, *GENERATE, "--check").returncode == 1
    done = run(checkout, *GENERATE)
    assert done.returncode == 0, done.stderr
    assert run(checkout, *GENERATE, "--check").returncode == 0
    done = run(checkout, "-c", f"import kb; print(kb.volume_kms({name!r}, 'transform').outcome.value)")
    assert done.stdout.strip() not in ("", "not_offered"), done.stderr
    done = run(checkout, "-m", "pytest", "-q", *SUITES)
    assert done.returncode == 0, done.stdout[-6000:]
