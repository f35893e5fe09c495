"""A large offer file takes little memory and little time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import ijson
import pytest

from scrapers.base import Document
from scrapers.prices.price_list import PriceList
from tests.scrapers.prices.offers import WORDS, write_large

SIZE = 60_000_000
LISTED = {component: ["ml.g5.xlarge", "ml.m5.xlarge", "ml.p6-b200.48xlarge"] for component in WORDS}

PARSE = """
import pathlib, sys
from scrapers.base import Document
from scrapers.prices.price_list import PriceList

def peak():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

before = peak()
rows = PriceList().parse(Document("us-east-1.json", b"", file=pathlib.Path(sys.argv[1])))
print(PriceList().rows_seen(rows), (peak() - before) // 1024)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An offer file of 60 MB."""
    path = tmp_path_factory.mktemp("large") / "us-east-1.json"
    assert write_large(path, "us-east-1", LISTED, SIZE) > 10_000
    assert path.stat().st_size >= SIZE
    return path


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_memory_is_bounded(large: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PARSE, str(large)], capture_output=True, text=True, check=True)
    rows, mebibytes = map(int, done.stdout.split())
    assert rows == 24
    assert mebibytes < 40


@pytest.mark.soak
def test_it_is_read_in_time(large: Path) -> None:
    started = time.process_time()
    rows = PriceList().parse(Document("us-east-1.json", b"", file=large))
    seconds = time.process_time() - started
    assert PriceList().rows_seen(rows) == 24
    print(f"{SIZE / seconds / 1e6:.0f} MB/s")
    assert seconds < 30  # some 2 s; ten times that with the JSON parser in Python


def test_the_json_parser_is_the_one_in_c() -> None:
    assert ijson.backend == "yajl2_c"
