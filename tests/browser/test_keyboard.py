"""The site without a mouse, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.effort import some

#: What can be reached with the keyboard, in the order of the page.
REACHABLE = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(e => e.type !== "hidden")
    .filter(e => e.checkVisibility({ visibilityProperty: true }))
    .map((e, n) => { e.dataset.nth = n; return n; })
"""

#: Which one has the focus; whether that is seen, and not under something else.
FOCUSED = """
() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getClientRects()[0];
  if (e === document.body) return null;
  const x = Math.max(box.x, 0) + Math.min(box.width, 20) / 2, y = box.y + Math.min(box.height, 20) / 2;
  const top = document.elementFromPoint(x, y);
  return {
    nth: Number(e.dataset.nth),
    html: e.outerHTML.slice(0, 90),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: top !== null && (e.contains(top) || top.contains(e)),
  };
}
"""


@pytest.mark.parametrize(
    "path",
    some(
        [
            "/types/ml.trn2.48xlarge",
            "/types?q=g6e",
            "/kb/kms_verdicts?_size=5&instance_type=ml.g5.xlarge",
            "/families/g5",
            "/kb?sql=select+1",
            "/charts",
        ],
        every=2,
    ),
)
def test_everything_is_reached_in_order_and_the_focus_is_seen(tab: Page, path: str) -> None:
    tab.goto(path)
    wanted = tab.evaluate(REACHABLE)
    reached: list[int] = []
    for _ in wanted:
        tab.keyboard.press("Tab")
        focused = tab.evaluate(FOCUSED)
        assert focused is not None, f"the focus left the page after {len(reached)} of {len(wanted)}"
        assert focused["marked"], focused
        assert focused["seen"], focused
        reached.append(focused["nth"])
    assert reached == wanted
    assert len(wanted) > 10


def test_the_skip_link_is_first_and_leads_to_the_content(tab: Page) -> None:
    tab.goto("/matrix")
    tab.keyboard.press("Tab")
    skip = tab.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_be_focused()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_matrix_is_walked_with_the_keyboard(tab: Page) -> None:
    tab.goto("/matrix?storage=yes")
    tab.get_by_role("link", name="p5, hyperpod:").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Family p5")


def test_without_scripts(window: Open) -> None:
    page = window(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Instance type, family or GPU").fill("ml.g6e.xlarge")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ml.g6e.xlarge")
    card = page.locator("#training")
    card.locator("summary").click()
    expect(card.get_by_text("All ML storage under your key")).to_be_visible()

    page.goto("/matrix")
    page.get_by_role("link", name="g5, training:").click()
    expect(page.locator("table .badge").first).to_have_text("✕ rejected")

    page.goto("/charts")
    for chart in page.locator(".chart svg").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 300
    assert page.locator(".chart svg").count() == 2

    page.goto("/kb/kms_verdicts")
    page.get_by_label("Filter by outcome").get_by_role("link", name="ebs_only").click()
    page.get_by_label("Search").fill("notebook")
    page.get_by_role("button", name="Apply").click()
    assert set(page.locator("tbody .badge").all_inner_texts()) == {"◐ EBS only"}

    page.goto("/kb/can-i-use-my-key")
    page.get_by_label("type", exact=True).fill("ml.m5.xlarge")
    page.get_by_role("button", name="Run").click()
    assert page.locator("table .badge").count() > 0
