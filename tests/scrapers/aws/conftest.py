"""An environment without AWS, credentials that are good for a test server, and two servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore.loaders import create_loader

from scrapers.reading import aws
from tests.scrapers.aws.fake import FakeAws

ROOT = Path(__file__).parents[3]

_shared_loader = cache(create_loader)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without AWS configuration, no AWS variables, short times, and service models that are loaded once."""
    for name in os.environ:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    (folder / ".aws").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setattr(botocore.session, "create_loader", _shared_loader)
    monkeypatch.setattr(aws, "LIMITS", aws.Limits(2, 2, attempts=2, start_attempts=1, regions_at_once=4))
    return folder


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Credentials that only a test server accepts."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """A moto server in a process of its own."""
    command = [sys.executable, "-m", "tests.scrapers.aws.launch_moto"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, stderr=nowhere) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()
            process.wait(10)


@pytest.fixture
def moto(moto_url: str, signed_in: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Credentials, with the moto server as their AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    return moto_url


@pytest.fixture
def fake(signed_in: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """Credentials, with a server to furnish as their AWS."""
    with FakeAws() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server
