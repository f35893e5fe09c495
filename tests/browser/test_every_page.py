"""Every kind of page in every window: it loads whole, stays on this host, fits, and axe finds nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Keep, Open, Walk
from tests.browser.kinds import KINDS, PHONE_WIDTH, WINDOWS, Kind
from tests.examples import ROOT

#: All of axe's rules in light on a desktop; elsewhere those of which the answer can be another there.
RULES: dict[str, dict[str, Any]] = {
    "desktop": {"rules": {"target-size": {"enabled": True}}},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
    "phone": {"runOnly": ["target-size", "meta-viewport", "scrollable-region-focusable", "aria-hidden-focus"]},
}

#: Controls, other than links in a line of text, that are smaller than a finger: 24 CSS pixels each way.
SMALL = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, summary, .matrix a, nav a")]
    .filter(e => e.checkVisibility())
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
    .filter(([_, box]) => box.width < 24 || box.height < 24)
    .map(([html, box]) => `${html}: ${box.width} x ${box.height}`)
"""


def violations(page: Page, rules: str) -> list[str]:
    """Return what axe finds, as lines for people."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **RULES[rules]}).response
    assert found["passes"] or found["inapplicable"], "axe checked nothing"
    return [
        f"{each['impact']} {each['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def _looks() -> list[Any]:
    """Every kind of page in every window; variants, and most of them outside the first window, in soak."""
    return [
        pytest.param(name, kind, id=f"{name}-{kind.name}", marks=pytest.mark.soak if is_more else ())
        for name in WINDOWS
        for kind in KINDS
        for is_more in [kind.is_variant or (name != "desktop" and not kind.is_everywhere)]
    ]


@pytest.mark.parametrize(("name", "kind"), _looks())
def test_page(walk: Walk, site: str, keep: Keep, name: str, kind: Kind) -> None:
    page, watch = walk(name)
    response = page.goto(kind.path)
    assert response is not None
    assert response.status == kind.status
    keep(page, f"{kind.name}-{name}")
    assert watch.troubles == ([] if kind.status == 200 else [f"{kind.status}: {site}{kind.path}"])
    assert len(watch.requests) >= 3  # the page, its style and its script
    assert [url for url in watch.requests if not url.startswith(f"{site}/")] == []
    width = WINDOWS[name]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL) == []
    assert violations(page, name) == []


def test_axe_sees_what_is_wrong(window: Open) -> None:
    """The checks above can fail: each rule set finds the fault that is made for it."""
    faults = {
        "desktop": ("<img src='data:,'>", "image-alt"),
        "dark": ("<p style='color: #222'>Hard to read</p>", "color-contrast"),
        "phone": ("<button style='all: unset; height: 9px'>a</button>" * 2, "target-size"),
    }
    for rules, (html, rule) in faults.items():
        page = window(rules)
        page.goto("/queries")
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)", html)
        assert any(f" {rule}:" in line for line in violations(page, rules)), rules
        if rules == "phone":
            assert len(page.evaluate(SMALL)) == 2


def test_light_and_dark(window: Open) -> None:
    script = "() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; }"
    page = window()
    page.goto("/types/ml.g6e.xlarge")
    ink, paper = page.evaluate(script)
    page.emulate_media(color_scheme="dark")
    dark_ink, dark_paper = page.evaluate(script)
    assert len({ink, paper, dark_ink, dark_paper}) == 4


def test_the_answer_is_read_on_a_phone_without_scrolling(window: Open) -> None:
    page = window("phone")
    page.goto("/types/ml.g6e.xlarge")
    for text in (page.get_by_text("A customer KMS key cannot"), page.locator(".summary .badge").first):
        box = text.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE_WIDTH
        assert box["y"] + box["height"] <= 844
        assert float(text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 14


def test_the_picture_of_the_readme(window: Open) -> None:
    """`KB_SCREENSHOTS=.github pytest tests/browser -k picture` makes it again."""
    page = window()
    page.set_viewport_size({"width": 1040, "height": 640})
    page.goto("/types/ml.g5.xlarge")
    named = os.environ.get("KB_SCREENSHOTS")
    made = page.screenshot(path=Path(named, "site.png") if named else None)
    shipped = (ROOT / ".github" / "site.png").read_bytes()
    assert max(len(made), len(shipped)) <= 150 * 1024
    assert shipped[:24] == made[:24], "not a PNG file of the same width and height"
