"""The site on an export of the shipped data, asked in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from kb.site import app

#: Asks for a path and gives the response of httpx; redirects are not followed.
Get = Callable[..., Any]
#: Runs a coroutine and gives what it returns.
Wait = Callable[[Coroutine[Any, Any, Any]], Any]
#: Asks for a path, requires status 200, and gives the page.
Page = Callable[[str], BeautifulSoup]


@pytest.fixture(scope="session")
def wait() -> Iterator[Wait]:
    """Runs coroutines in a thread of its own: Playwright keeps a loop in the main one while its tests are open."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(timeout=300)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def datasette(exported: Path) -> Any:
    return app.make(exported)


@pytest.fixture
def unhurried(datasette: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give SQL all the time it wants: the machine of a test may be busy."""
    monkeypatch.setattr(datasette, "sql_time_limit_ms", 60_000)


@pytest.fixture(scope="session")
def get(datasette: Any, wait: Wait) -> Get:
    def ask(path: str, method: str = "GET", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return wait(datasette.client.request(method, path, headers=named))

    return ask


@pytest.fixture(scope="session")
def page(get: Get) -> Page:
    def ask(path: str) -> BeautifulSoup:
        response = get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[:500])
        return BeautifulSoup(response.text, "html.parser")

    return ask
