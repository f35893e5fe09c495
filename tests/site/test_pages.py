"""What the other pages show, Datasette's own among them, and what goes for all pages."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import duckdb
import pytest

import kb
from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.dataset.schema import TABLES
from kb.library import words
from kb.library.changes import HEADINGS
from kb.library.model import Outcome
from kb.site.pages.changes import summary
from tests.site.conftest import Get, Page
from tests.site.test_types import texts

QUERIES = queries.load(queries_dir())
PATHS = (
    "/",
    "/types",
    "/types/ml.g6e.xlarge",
    "/families/g5",
    "/families/g5?workload=training",
    "/matrix",
    "/charts",
    "/changes",
    "/changes/2026.06.10",
    "/queries",
    "/kb",
    "/kb/instance_types",
    "/kb/kms_verdicts?_search=refuses&workload=training",
    "/kb/can-i-use-my-key",
    "/kb?sql=select+1",
    "/kb/instance_types/ml~2Eg5~2Exlarge",
)
ATOM = "{http://www.w3.org/2005/Atom}"


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values).fetchall()


def test_front_page(page: Page, connection: duckdb.DuckDBPyConnection) -> None:
    soup = page("/")
    figures = [int(text.split()[0]) for text in texts(soup, ".figures a")]
    ((types, nvme),) = rows(
        connection, "SELECT count(*), count(*) FILTER (has_nvme_instance_store) FROM instance_types"
    )
    ((wrong,),) = rows(connection, "SELECT count(*) FROM name_heuristic WHERE error IS NOT NULL")
    ((against,),) = rows(connection, "SELECT count(*) FROM contradictions")
    assert figures == [types, nvme, wrong, against]
    assert len(soup.select(".legend > div")) == len(Outcome)
    assert [option["value"] for option in soup.select("#workload option")][1:] == list(
        dict.fromkeys(option["value"] for option in soup.select("#workload option")[1:])
    )
    assert {option["value"] for option in soup.select("#workload option")} == {"", *kb.workloads()}


def test_rules_on_the_front_page_are_those_of_today(page: Page, connection: duckdb.DuckDBPyConnection) -> None:
    stated = {}
    for row in page("/").select(".rules tbody tr"):
        outcomes = tuple(each.split(" ", 1)[1] for each in texts(row, ".badge"))
        for link in row.select("th a"):
            stated[str(link["href"]).partition("=")[2]] = outcomes
    current = rows(
        connection,
        "SELECT workload, coalesce(outcome_without_local_storage_nitro, outcome_without_local_storage), "
        "outcome_with_local_storage FROM kms_rules WHERE valid_to IS NULL",
    )
    assert stated == {w: (words.outcome(without), words.outcome(with_)) for w, without, with_ in current}


def test_matrix_is_what_the_verdicts_say(page: Page, connection: duckdb.DuckDBPyConnection) -> None:
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for family, workload, outcome in rows(
        connection,
        "SELECT DISTINCT family, workload, outcome FROM kms_verdicts JOIN instance_types USING (instance_type)",
    ):
        wanted[family, workload].add(words.outcome(outcome))
    found = {}
    for cell in page("/matrix").select("tbody td a"):
        family, rest = cell.select_one(".hidden").get_text().split(", ", 1)  # type: ignore[union-attr]
        workload, outcomes = rest.split(": ", 1)
        found[family, workload] = set(outcomes.split(", "))
    assert found.keys() == wanted.keys()
    for key, outcomes in found.items():
        others = wanted[key] - {"not offered"}
        assert outcomes == (others or {"not offered"}), key


def test_matrix_by_storage(page: Page) -> None:
    families = {name: texts(page(f"/matrix?storage={name}"), "tbody th") for name in ("yes", "no")}
    assert "g5" in families["yes"]
    assert "m5" in families["no"]
    assert not set(families["yes"]) & set(families["no"])
    assert texts(page("/matrix?storage=<b>"), "tbody th") == texts(page("/matrix"), "tbody th")


def test_family(page: Page, get: Get) -> None:
    assert texts(page("/families/g5"), "tbody th") == [t.instance_type for t in kb.find(family="g5")]
    reasons = texts(page("/families/g5?workload=training"), "tbody td.long")
    assert reasons[0] == kb.volume_kms("ml.g5.xlarge", "training").reason
    for path in ("/families/nope", "/families/%3Cb%3Ex", "/families/g5?workload=nope"):
        response = get(path)
        assert response.status_code == 404
        assert "<b>x" not in response.text


def test_every_version_has_a_page_with_all_its_changes(
    get: Get, page: Page, connection: duckdb.DuckDBPyConnection
) -> None:
    counted = rows(connection, "SELECT version, kind, count(*) FROM changes GROUP BY ALL")
    by_version: dict[str, int] = defaultdict(int)
    for version, _, count in counted:
        by_version[version] += count
    listed = texts(page("/changes"), ".news a")
    assert listed == sorted(by_version, reverse=True)
    for version in listed[::9]:
        headings = texts(page(f"/changes/{version}"), "main h2")
        assert sum(int(re.findall(r"\((\d+)\)", heading)[0]) for heading in headings) == by_version[version]
    assert get("/changes/2026-06-10").status_code == 200
    assert get("/changes/2001.01.01").status_code == 404


def test_every_kind_of_change_has_a_heading(connection: duckdb.DuckDBPyConnection) -> None:
    assert {kind for (kind,) in rows(connection, "SELECT DISTINCT kind FROM changes")} <= set(HEADINGS)


def test_feed(get: Get) -> None:
    response = get("/changes.atom")
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.text)
    entries = feed.findall(f"{ATOM}entry")
    newest = list(reversed(kb.versions()))[:30]
    assert [e.findtext(f"{ATOM}title") for e in entries] == [f"{v.version}: {summary(v)}" for v in newest]
    counted = [int(n) for n in re.findall(r": ([0-9]+)", summary(newest[0]))]
    assert sum(counted) == newest[0].changes
    ids = [e.findtext(f"{ATOM}id") for e in entries]
    assert len(set(ids)) == len(ids)
    assert all(str(each).startswith("urn:uuid:") for each in ids)
    moments = [datetime.fromisoformat(str(e.findtext(f"{ATOM}updated"))) for e in entries]
    assert moments == sorted(moments, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    links = [e.find(f"{ATOM}link").get("href") for e in entries]  # type: ignore[union-attr]
    assert links[0] == f"http://localhost/changes/{newest[0].version}"


def test_charts_have_their_figures(page: Page, connection: duckdb.DuckDBPyConnection) -> None:
    soup = page("/charts")
    assert len(soup.select(".chart svg")) == 2
    for name, table in zip(("local-storage-by-year", "arrivals-by-year"), soup.select("details table"), strict=True):
        wanted = queries.run(connection, QUERIES[name], {})
        assert [texts(row, "td") for row in table.select("tbody tr")] == [[str(v) for v in row] for row in wanted.rows]
    years = queries.run(connection, QUERIES["local-storage-by-year"], {}).rows
    bars = soup.select(".chart")[0].select('path[aria-roledescription="bar"]')
    assert len(bars) == 3 * len(years)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_question_gives_the_rows_of_the_database(
    *, get: Get, page: Page, connection: duckdb.DuckDBPyConnection, unhurried: None, name: str
) -> None:
    del unhurried
    query = QUERIES[name]
    soup = page(f"/kb/{name}")
    assert soup.h1 is not None
    assert soup.h1.get_text() == query.title
    for parameter in query.parameters:
        (box,) = soup.select(f'input[name="{parameter.name}"]')
        assert box["value"] == str(query.bind({})[parameter.name])
    wanted = queries.run(connection, query, {})
    found = get(f"/kb/{name}.json?_shape=arrays").json()
    assert tuple(found["columns"]) == wanted.columns
    shown = [[v.isoformat() if hasattr(v, "isoformat") else v for v in row] for row in wanted.rows[:2000]]
    assert found["rows"] == shown


def test_values_of_questions(get: Get, page: Page) -> None:
    answer = get("/kb/can-i-use-my-key.json?type=ml.m5.xlarge&workload=endpoint&_shape=array").json()
    assert [(row["instance_type"], row["outcome"]) for row in answer] == [("ml.m5.xlarge", "encrypts")]
    assert texts(page("/kb/can-i-use-my-key?type=ml.m5.xlarge"), "tbody .badge") == ["✓ encrypts"]
    gpus = get("/kb/everything-under-my-key.json?min_gpus=4&_shape=array").json()
    assert gpus
    assert min(row["gpu_count"] for row in gpus) == 4


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/kb/everything-under-my-key?min_gpus=many", "parameter min_gpus: 'many' is not a whole number."),
        ("/kb/everything-under-my-key.json?min_gpus=1.5", "parameter min_gpus: '1.5' is not a whole number."),
        ("/kb/outcome-on-a-day?day=soon", "parameter day: 'soon' is not a date"),
        ("/kb/can-i-use-my-key?type=%00", "parameter type: '\\x00' has characters that are not text."),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_a_sentence(get: Get, path: str, text: str) -> None:
    response = get(path)
    assert response.status_code == 400
    assert text in response.text
    assert response.text.count("\n") == 1


def test_tables_have_descriptions_of_every_column(get: Get, page: Page) -> None:
    described = get("/-/metadata.json").json()["databases"]["kb"]["tables"]
    for table in TABLES:
        assert described[table.name]["columns"] == {c.name: c.comment() for c in table.columns}
        soup = page(f"/kb/{table.name}?_size=3")
        assert table.description in soup.get_text()
        assert texts(soup, "main > details > dl.facts dt") == [c.name for c in table.columns]


def test_facets_and_sorting_name_columns_that_exist(datasette: Any) -> None:
    described = datasette.metadata(database="kb")["tables"]
    for table in TABLES:
        columns = {column.name for column in table.columns}
        assert set(described[table.name].get("facets", [])) <= columns
        assert {described[table.name].get("sort_desc", table.key[0])} <= columns


def test_row_counts_are_those_of_the_database(get: Get, connection: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        found = get(f"/kb/{table.name}.json?_size=1").json()["filtered_table_rows_count"]
        assert [(found,)] == rows(connection, f"SELECT count(*) FROM {table.name}")


def test_cells_are_linked_and_in_words(page: Page) -> None:
    soup = page("/kb/kms_verdicts?instance_type=ml.g5.xlarge&workload=training")
    cells = soup.select("tbody td")
    assert any(a["href"] == "/types/ml.g5.xlarge" for cell in cells for a in cell.select("a"))
    assert texts(soup, "tbody .badge") == ["✕ rejected"]
    assert "no" in texts(soup, "tbody td")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_comes_from_another_host(page: Page, path: str) -> None:
    soup = page(path)
    addresses = [each.get("src") for each in soup.select("script, img, iframe, source")]
    addresses += [each.get("href") for each in soup.select("link")]
    assert any(addresses)
    for address in addresses:
        own = re.match(r"(http://localhost)?/(?!/)", str(address))
        assert address is None or own, address
    assert "http" not in "".join(each.get_text() for each in soup.select("style, script"))


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_well_formed_for_readers(page: Page, path: str) -> None:
    soup = page(path)
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert soup.title is not None
    assert soup.title.get_text().strip()
    assert len(soup.select("h1")) == 1
    assert len(soup.select("main")) == 1
    ids = [str(each["id"]) for each in soup.select("[id]")]
    assert len(ids) == len(set(ids)), path
    for box in soup.select("input:not([type=hidden]), select, textarea"):
        named = box.get("aria-label") or soup.select(f'label[for="{box.get("id")}"]')
        assert named, (path, box)


def test_links_of_the_site_lead_somewhere(get: Get, page: Page) -> None:
    seen = set()
    for path in PATHS:
        seen |= {str(a["href"]).partition("#")[0] for a in page(path).select("a[href^='/']")}
    sample = {each for each in seen if "/types/" not in each and "/families/" not in each and each != "/kb.db"}
    for each in sorted(sample)[:150]:
        assert get(each).status_code in (200, 302), each
    assert len(sample) > 60


def test_queries_of_many_kinds_can_be_hostile(get: Get) -> None:
    for text in ("'; DROP TABLE x; --", "<img src=x onerror=alert(1)>", "x" * 3000):
        response = get(f"/kb/can-i-use-my-key?type={quote(text)}")
        assert response.status_code == 200
        assert "<img" not in response.text
