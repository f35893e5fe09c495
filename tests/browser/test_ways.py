"""What a person does on the site with a mouse and a keyboard."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

import kb
from tests.browser.conftest import Open, Watch


def cells(page: Page, column: int) -> list[str]:
    """Return the texts of a column of the first table, from 1."""
    return [text.strip() for text in page.locator(f"table.list tbody td:nth-child({column})").all_inner_texts()]


def test_the_answer_in_two_actions_and_its_json_one_link_away(tab: Page) -> None:
    tab.goto("/")
    expect(tab.get_by_label("Instance type, family or GPU")).to_be_focused()
    tab.keyboard.type("ml.g6e.xlarge")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("ml.g6e.xlarge")
    assert tab.url.endswith("/types/ml.g6e.xlarge")
    outcomes = tab.locator(".summary .badge").all_inner_texts()
    assert outcomes[0] == "✕ rejected"
    with tab.expect_response("**/types/ml.g6e.xlarge.json") as answered:
        tab.get_by_role("link", name="JSON").click()
    answer = json.loads(answered.value.text())
    training = next(each for each in answer["verdicts"] if each["workload"] == "training")
    assert training["outcome"] == kb.volume_kms("ml.g6e.xlarge", "training").outcome


def test_a_workload_leads_to_its_card(tab: Page) -> None:
    tab.goto("/")
    tab.get_by_label("Instance type, family or GPU").fill("m5d.xlarge")
    tab.get_by_label("Workload").select_option("endpoint")
    tab.get_by_role("button", name="Search").click()
    expect(tab.locator(".verdict:target")).to_contain_text("not applied")
    assert tab.url.endswith("/types/ml.m5d.xlarge#endpoint")


def test_names_are_completed(tab: Page) -> None:
    tab.goto("/matrix")
    assert tab.locator("#kb-types option").count() == 0
    tab.get_by_label("Instance type").focus()
    # it waits without eval, which the site forbids
    expect(tab.locator("#kb-types option")).to_have_count(len(kb.find()))


def test_walk_through_a_type(tab: Page) -> None:
    tab.goto("/types/ml.g6e.xlarge")
    tab.locator(".summary").get_by_role("link", name="endpoint").click()
    card = tab.locator("#endpoint")
    expect(card).to_be_in_viewport()
    other = tab.locator("#training")
    border = "e => getComputedStyle(e).borderTopColor"
    assert card.evaluate(border) != other.evaluate(border)
    card.locator("summary").focus()
    expect(card.get_by_text("Contradicted").first).to_be_hidden()
    tab.keyboard.press("Enter")
    expect(card.get_by_text("Contradicted").first).to_be_visible()
    assert card.locator("details a[href^='https://docs.aws.amazon.com/']").count() > 0

    tab.locator(".timeline a").first.click()
    expect(tab.locator(".message-warning", has_text="As of ")).to_be_visible()
    assert "as_of=" in tab.url
    tab.go_back()
    assert tab.url.endswith("/types/ml.g6e.xlarge#endpoint")


def test_alternatives_lead_on(tab: Page) -> None:
    tab.goto("/types/ml.m5d.xlarge")
    nearest = tab.get_by_role("group", name="Closest types").locator("tbody a").first
    name = nearest.inner_text()
    nearest.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(name)
    assert kb.volume_kms(name, "processing").all_storage_under_key


def test_a_cell_of_the_matrix_leads_to_the_family(tab: Page) -> None:
    tab.goto("/matrix")
    tab.get_by_role("link", name="with local storage", exact=True).click()
    assert "c5" not in tab.locator(".matrix tbody th").all_inner_texts()
    tab.get_by_role("link", name="g5, training:").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("g5")
    assert set(tab.locator("table .badge").all_inner_texts()) == {"✕ rejected"}
    assert len(tab.locator("tbody th").all_inner_texts()) == len(kb.find(family="g5"))


def test_a_question_with_other_values(tab: Page) -> None:
    tab.goto("/queries")
    tab.get_by_role("link", name="May I pass my own KMS key").click()
    tab.get_by_label("type", exact=True).fill("ml.m5.xlarge")
    tab.get_by_label("workload", exact=True).fill("training")
    tab.get_by_role("button", name="Run").click()
    expect(tab.locator("table .badge").first).to_have_text("✓ encrypts")
    tab.get_by_text("The SQL").click()
    assert "kb query can-i-use-my-key type='ml.m5.xlarge'" in tab.locator("details").inner_text()


def test_a_table_is_narrowed_sorted_and_searched(tab: Page) -> None:
    tab.goto("/kb/instance_types?_size=30")
    tab.get_by_label("Filter by status").get_by_role("link", name="retired").click()
    retired = tab.locator("tbody td:first-child").all_inner_texts()
    assert retired == sorted(t.instance_type for t in kb.find() if t.status == "retired")
    tab.get_by_role("link", name="vcpus", exact=True).click()
    column = tab.locator("thead th").all_inner_texts()
    numbers = [int(text) for text in cells(tab, 1 + [name.split()[0] for name in column].index("vcpus")) if text]
    assert numbers == sorted(numbers)
    assert len(numbers) > 1
    tab.get_by_label("Filter by status").get_by_role("link", name="remove this filter").click()
    tab.get_by_label("Search").fill("trn2")
    tab.get_by_role("button", name="Apply").click()
    found = tab.locator("tbody td:first-child").all_inner_texts()
    assert found
    assert all("trn2" in name for name in found)


def test_own_sql(tab: Page) -> None:
    tab.goto("/kb")
    tab.get_by_label("SQL").fill("SELECT count(*) AS types FROM instance_types WHERE family = :family")
    tab.get_by_role("button", name="Run").click()
    tab.get_by_label("family").fill("g5")
    tab.get_by_role("button", name="Run").click()
    assert cells(tab, 1) == [str(len(kb.find(family="g5")))]


def test_a_mistyped_name_leads_to_near_ones(window: Open) -> None:
    page = window()
    page.goto("/")
    page.get_by_label("Instance type, family or GPU").fill("ml.g6e.xlrge")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    page.get_by_role("link", name="ml.g6e.xlarge", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ml.g6e.xlarge")


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=document.title='owned'>", "\"><script>document.title='owned'</script>"]
)
def test_hostile_names_are_text(window: Open, site: str, text: str) -> None:
    page = window()
    watch = Watch(page)
    for box, path in (("Instance type, family or GPU", "/types"), ("type", "/kb/can-i-use-my-key")):
        page.goto(path)
        page.get_by_label(box, exact=True).fill(text)
        page.locator("main button").first.click()
        assert page.locator("main").inner_text().count("owned") + page.locator("main input[value*=owned]").count() > 0
        assert "owned" not in page.title().replace(text, "")
        assert page.locator("main img, main script").count() == 0
    assert all(url.startswith(f"{site}/") for url in watch.requests)
    assert not [each for each in watch.troubles if each.startswith(("error", "failed"))]
