"""The pages of instance types: search, answers, evidence, history."""

from __future__ import annotations

import re
from datetime import date

import duckdb
import pytest
from bs4 import BeautifulSoup, Tag

import kb
from kb.library import words
from kb.library.answers import answer, as_json
from tests.site.conftest import Get, Page


def texts(soup: BeautifulSoup | Tag, selector: str) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in soup.select(selector)]


def test_every_answer_is_that_of_the_database(get: Get, connection: duckdb.DuckDBPyConnection) -> None:
    """The JSON of all pages holds every verdict, as the tables have it."""
    rows = connection.execute(
        "SELECT instance_type, workload, outcome, reason, outcome_since, all_storage_under_key FROM kms_verdicts"
    ).fetchall()
    wanted = {(row[0], row[1]): (row[2], row[3], row[4].isoformat(), row[5]) for row in rows}
    found = {}
    for name in sorted({row[0] for row in rows}):
        for verdict in get(f"/types/{name}.json").json()["verdicts"]:
            told = (verdict["outcome"], verdict["reason"], verdict["outcome_since"], verdict["all_storage_under_key"])
            found[name, verdict["workload"]] = told
    assert len(wanted) == 7440
    assert found == wanted


def test_json_is_what_the_command_line_gives(get: Get) -> None:
    kind = kb.lookup("ml.g6e.xlarge")
    assert get("/types/ml.g6e.xlarge.json").json() == as_json(kind, [answer(kind, w) for w in kb.workloads()])


@pytest.mark.parametrize(
    "name", ["ml.g6e.xlarge", "ml.m5.xlarge", "ml.p2.xlarge", "ml.eia1.medium", "ml.r7g.large", "ml.p6e-gb200.36xlarge"]
)
def test_page_shows_every_verdict(page: Page, name: str) -> None:
    soup = page(f"/types/{name}")
    offered = {w: v for w in kb.workloads() if (v := kb.volume_kms(name, w)).outcome is not kb.Outcome.NOT_OFFERED}
    assert {each["id"] for each in soup.select(".verdict")} == set(offered)
    for workload, verdict in offered.items():
        (card,) = soup.select(f"#{workload}")
        assert texts(card, ".outcome .badge")[0].endswith(words.outcome(verdict.outcome))
        assert f"o-{verdict.outcome}" in card.select(".outcome .badge")[0]["class"]
        assert verdict.reason in texts(card, ".why")
        shown = card.get_text(" ")
        for item in verdict.evidence:
            assert item.origin in shown
        links = {a["href"] for a in card.select("details a")}
        assert {e.url for e in verdict.evidence if e.url} | {c.url for c in verdict.contradictions} <= links
    others = set(kb.workloads()) - set(offered)
    assert {each["id"] for each in soup.select(".others span")} == others
    assert soup.select_one(f'a[href="/types/{name}.json"]')


def test_summary_has_every_offered_workload_once(page: Page) -> None:
    soup = page("/types/ml.g5.xlarge")
    targets = [str(a["href"])[1:] for a in soup.select(".summary a")]
    assert sorted(targets) == sorted(str(each["id"]) for each in soup.select(".verdict"))


def test_all_pages_can_be_made(page: Page) -> None:
    for name in [t.instance_type for t in kb.find()][::7]:
        assert page(f"/types/{name}").h1.get_text() == name  # type: ignore[union-attr]


def test_evidence_of_a_day(page: Page, get: Get) -> None:
    soup = page("/types/ml.trn2.48xlarge?as_of=2025-07-01")
    assert "encrypts" in texts(soup, "#training .badge")[0]
    assert "2025-07-01" in texts(soup, ".message-warning")[0]
    assert not soup.select("#alternatives")
    assert "rejected" in texts(page("/types/ml.trn2.48xlarge"), "#training .badge")[0]
    then = get("/types/ml.trn2.48xlarge.json?as_of=2025.07.01").json()
    assert then["local_storage"] == "none"
    assert (
        then["verdicts"]
        == as_json(
            kb.lookup("ml.trn2.48xlarge"),
            [
                answer(kb.lookup("ml.trn2.48xlarge", as_of="2025-07-01"), w, as_of=date(2025, 7, 1))
                for w in kb.workloads()
            ],
        )["verdicts"]
    )


@pytest.mark.parametrize(("day", "text"), [("tomorrow", "is not a date such as"), ("2001-01-01", "before 2017-11-29")])
def test_a_day_that_is_none(get: Get, day: str, text: str) -> None:
    response = get(f"/types/ml.m5.xlarge?as_of={day}")
    assert response.status_code == 404
    assert text in response.text


def test_a_day_before_the_type(get: Get) -> None:
    response = get("/types/ml.g6e.xlarge?as_of=2019-01-01")
    assert response.status_code == 404
    assert "first listed on 2024-09-19" in response.text


def test_timeline_has_the_changes(page: Page) -> None:
    lines = texts(page("/types/ml.g6.48xlarge"), ".timeline li li")
    assert "first listed" in lines
    assert any(line.startswith("endpoint") and line.endswith("rejected → not applied") for line in lines)
    assert "local_storage: 8 x 7600 GB NVMe SSD → 8 x 940 GB NVMe SSD" in lines


@pytest.mark.parametrize(
    ("name", "told"), [("ml.m5d.xlarge", ("better", "worse")), ("ml.trn1.2xlarge", ("better", "worse", "other"))]
)
def test_alternatives_are_those_of_the_library(
    page: Page, monkeypatch: pytest.MonkeyPatch, name: str, told: tuple[str, ...]
) -> None:
    monkeypatch.setattr("kb.site.pages.types.COMMON", ("endpoint",))
    section = page(f"/types/{name}").select_one("section[aria-labelledby=alternatives]")
    assert section is not None
    assert texts(section, "h2") == ["Closest types fully covered by the key, for endpoint"]
    expected = kb.alternatives(name, "endpoint", limit=5)
    assert texts(section, "tbody a") == [each.instance_type for each in expected]
    rows = [[f"{each.distance:.2f}", *("; ".join(getattr(each, what)) for what in told)] for each in expected]
    assert [texts(row, "td") for row in section.select("tbody tr")] == rows
    assert all("".join(column) for column in zip(*rows, strict=True))
    assert section.select_one(f'a[href="/kb/nearest-without-local-storage?type={name}&workload=endpoint"]')


def test_a_type_that_takes_a_key_needs_no_alternative(page: Page) -> None:
    assert not page("/types/ml.m5.xlarge").select("#alternatives")


def test_where_there_is_no_alternative_the_page_says_what_to_do_instead(page: Page) -> None:
    section = page("/types/ml.p5.48xlarge").select_one("section[aria-labelledby=alternatives]")
    assert section is not None
    assert texts(section, "p")[0].startswith("No type of this kind ")
    assert texts(section, "li") == list(kb.alternatives("ml.p5.48xlarge", "training").instead)


@pytest.mark.parametrize("asked", ["ml.g6e.xlarge", " ML.G6E.XLARGE ", "g6e.xlarge"])
def test_a_name_leads_to_its_page(get: Get, asked: str) -> None:
    response = get(f"/types?q={asked}&workload=training")
    assert response.status_code == 302
    assert response.headers["location"] == "/types/ml.g6e.xlarge#training"


def test_other_spellings_lead_to_the_page(get: Get) -> None:
    assert get("/types/ML.G5.Xlarge").headers["location"] == "/types/ml.g5.xlarge"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("g6e", "ml.g6e.12xlarge"),
        ("H100", "ml.p5.48xlarge"),
        ("l40s 48xlarge", "ml.g6e.48xlarge"),
        ("arm64", "ml.c6g."),
    ],
)
def test_words_find_types(page: Page, asked: str, expected: str) -> None:
    found = texts(page(f"/types?q={asked}"), "tbody th")
    assert any(each.startswith(expected) for each in found)
    assert len(found) < 200


def test_words_of_reasons_lead_to_verdicts(page: Page) -> None:
    soup = page("/types?q=refuses")
    (link,) = soup.select('a[href^="/kb/kms_verdicts?_search="]')
    rows = page(str(link["href"]))
    assert re.match(r"(\d+) matching verdicts", link.get_text())
    assert len(rows.select("tbody tr")) > 50


def test_listing_with_a_workload_shows_outcomes(page: Page) -> None:
    soup = page("/types?q=g5&workload=training")
    assert {text.split(" ", 1)[1] for text in texts(soup, "tbody .badge")} <= {"rejected", "not offered"}


def test_listing_has_pages_that_hold_every_type_once(page: Page) -> None:
    found: list[str] = []
    for number in range(1, 6):
        found += texts(page(f"/types?page={number}"), "tbody th")
    assert sorted(found) == sorted(t.instance_type for t in kb.find())
    assert texts(page("/types?page=999"), "tbody th") == texts(page("/types?page=5"), "tbody th")
    assert texts(page("/types?page=x"), "tbody th") == texts(page("/types"), "tbody th")


def test_names_for_completion(get: Get) -> None:
    assert sorted(get("/types.json").json()) == sorted(t.instance_type for t in kb.find())


@pytest.mark.parametrize("path", ["/types/ml.g55.xlarge", "/types?q=ml.g55.xlarge", "/types/g5.xlarge"])
def test_an_unknown_type_is_404_with_near_names(get: Get, path: str) -> None:
    response = get(path)
    assert response.status_code == 404
    near = [a["href"] for a in BeautifulSoup(response.text, "html.parser").select(".near a")]
    assert "/types/ml.g5.xlarge" in near


def test_an_unknown_type_in_json(get: Get) -> None:
    response = get("/types/ml.g55.xlarge.json")
    assert response.status_code == 404
    assert "ml.g5.xlarge" in response.json()["near"]


HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE instance_types; --",
    '" OR 1=1 --',
    "a" * 5000,
    "ml.g5.xlarge\x00",
    "../../etc/passwd",
    "{{ 7 * 7 }}",
    "\u202e\u0007",
    "NEAR(a b) AND *",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(get: Get, text: str) -> None:
    from urllib.parse import quote

    for path in (f"/types/{quote(text, safe='')}", f"/types?q={quote(text)}", f"/types?q=g5&workload={quote(text)}"):
        response = get(path)
        assert response.status_code in (200, 302, 404), path
        assert "<script>alert" not in response.text
        assert len(response.text) < 20_000
        assert "{{ 7" not in text or "“{{ 7 * 7 }}”" in response.text or "7 * 7" not in response.text
    assert get("/types/ml.g5.xlarge.json").status_code == 200
