"""A real site, a real browser, and pages that tell what went wrong on them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kb.pipeline import BuildResult
from tests.browser.kinds import WINDOWS
from tests.cli.test_serve_command import serving

#: The sandbox is not for root; and nothing but this machine can be reached.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class Watch:
    """What went over the wire and to the console while a page was used."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.troubles: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: self._failed(request.failure, request.url))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("response", lambda response: self._status(response.status, response.url))
        page.on("console", lambda message: self._console(message.type, message.text))

    def clear(self) -> None:
        """Forget what was seen until now."""
        self.requests.clear()
        self.troubles.clear()

    def _failed(self, why: str | None, url: str) -> None:
        # that is how the browser drops what is under way when the page is left
        if why != "net::ERR_ABORTED":
            self.troubles.append(f"failed: {url}: {why}")

    def _status(self, status: int, url: str) -> None:
        if status >= 400:
            self.troubles.append(f"{status}: {url}")

    def _console(self, kind: str, text: str) -> None:
        # Chromium repeats the status of an answer there, which is in the list already
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.troubles.append(f"{kind}: {text}")


#: Opens an empty page in one of the windows, with more options of Playwright.
Open = Callable[..., Page]
#: Gives the page of one of the windows, empty, and its watch.
Walk = Callable[[str], tuple[Page, Watch]]
#: Keeps a picture of a page under a name.
Keep = Callable[[Page, str], object]


@pytest.fixture(scope="session")
def site(built: BuildResult, exported: Path) -> Iterator[str]:
    """Address of a running `kb serve`, without a slash at its end."""
    with serving("--database", built.database, "--export", exported) as (_, address):
        yield address.rstrip("/")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        reason = "no Chromium on this machine; on Debian: apt install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def walk(browser: Browser, site: str) -> Iterator[Walk]:
    """One page for each window, to be taken from address to address: twice as fast as a new one each time."""
    with ExitStack() as stack:
        opened: dict[str, tuple[Page, Watch]] = {}

        def at(name: str) -> tuple[Page, Watch]:
            if name not in opened or opened[name][0].is_closed():
                context = browser.new_context(base_url=site, **WINDOWS[name])
                stack.callback(context.close)
                context.set_default_timeout(60_000)
                page = context.new_page()
                opened[name] = page, Watch(page)
            page, watch = opened[name]
            page.goto("about:blank")
            watch.clear()
            return page, watch

        yield at


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(name: str = "desktop", **options: Any) -> Page:
            context = browser.new_context(base_url=site, **WINDOWS[name], **options)
            stack.callback(context.close)
            context.set_default_timeout(60_000)
            return context.new_page()

        yield opened


@pytest.fixture
def tab(window: Open, site: str) -> Iterator[Page]:
    """A page in a desktop window, on which nothing may go wrong."""
    page = window()
    watch = Watch(page)
    yield page
    assert watch.troubles == []
    assert [url for url in watch.requests if not url.startswith(f"{site}/")] == []


@pytest.fixture(scope="session")
def keep() -> Keep:
    """Keeps a picture of a whole page in the folder that KB_SCREENSHOTS names, and none where it names none."""
    named = os.environ.get("KB_SCREENSHOTS")
    if not named:
        return lambda page, name: None
    Path(named).mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=Path(named, f"{name}.png"), full_page=True)
