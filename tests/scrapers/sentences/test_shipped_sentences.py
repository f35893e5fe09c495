"""The shipped table of watched sentences, and the pages that the fixtures make of it."""

from __future__ import annotations

import pytest

from kb.dataset.curated import CURATED, read_curated
from scrapers.base import Document, Request
from scrapers.sentences import SagemakerDocs
from scrapers.sentences.watched import Watched, of_source, profile
from tests.scrapers.sentences.pages import DATA, pages, said_by_default
from tests.scrapers.sentences.watching import fingerprints


def table(name: str) -> list[dict[str, str]]:
    form = next(each for each in CURATED if each.name == name)
    return read_curated(form.path(DATA), form)


WATCHED = {row["sentence_id"]: row for row in table("watched_sentences")}
ON_PAGES = [one for one in WATCHED if WATCHED[one]["source"] == "sagemaker_docs"]


def read_pages(served: dict[str, bytes]) -> dict[str, str]:
    by_page: dict[str, list[Watched]] = {}
    for one in of_source(Request(data_dir=DATA), SagemakerDocs.log.name):
        by_page.setdefault(f"/{one.document}", []).append(one)
    found: dict[str, str] = {}
    for path, content in served.items():
        made = Document(path.removeprefix("/"), content, "", profile(by_page[path]))
        found |= fingerprints(SagemakerDocs().parse(made))
    return found


PAGES = pages()
FINGERPRINTS = read_pages(PAGES)


def in_force(name: str) -> list[dict[str, str]]:
    newest: dict[str, dict[str, str]] = {}
    for row in sorted(table(name), key=lambda row: row["effective_from"]):
        newest[row["workload"]] = row
    return list(newest.values())


@pytest.mark.parametrize("rules", ["kms_rules", "volume_size_rules"])
def test_every_member_of_a_rule_in_force_is_watched_in_both_sources(rules: str) -> None:
    bears_on = {"kms_rules": "volume_kms", "volume_size_rules": "volume_size"}[rules]
    members = [row for row in in_force(rules) if row["api_member"]]
    assert len(members) > 8
    for row in members:
        member = ".".join(row["api_member"].split(".")[-2:])
        for prefix in ("botocore", "reference"):
            assert WATCHED[f"{prefix}.{member}"]["bears_on"] == bears_on, row["rule_id"]


def test_every_workload_with_a_key_is_named() -> None:
    named = {workload for row in WATCHED.values() for workload in row["workloads"].split(", ")}
    assert named == {row["workload"] for row in table("workloads")}


def test_every_page_of_the_guides_that_a_fact_or_contradiction_cites_is_watched() -> None:
    cited = {row["source_url"] for row in table("workload_facts")} | {row["url"] for row in table("contradictions")}
    pages_watched = {f"https://docs.aws.amazon.com/{row['document']}" for row in WATCHED.values()}
    # the text is on the page below it since that page was divided
    moved = {"https://docs.aws.amazon.com/sagemaker/latest/dg/model-train-storage.html"}
    assert {url.partition("#")[0] for url in cited} - pages_watched - moved == set()


def test_each_row_leads_to_its_page() -> None:
    for row in WATCHED.values():
        page, _, anchor = row["url"].partition("#")
        if row["source"] == "sagemaker_docs":
            assert page == f"https://docs.aws.amazon.com/{row['document']}"
            assert anchor in ("", row["place"])
        else:
            name = row["place"].removeprefix("operation ").removeprefix("limits of ").partition(".")[0]
            assert name.removesuffix("Input").removesuffix("Request") in page


@pytest.mark.parametrize("form", [2018, 2026])
def test_every_watched_sentence_is_found_on_a_page_of_the_real_structure(form: int) -> None:
    assert sorted(read_pages(pages(form=form))) == sorted(ON_PAGES)


def test_the_form_of_a_page_makes_no_difference() -> None:
    assert read_pages(pages(form=2018)) == read_pages(pages(form=2026))


@pytest.mark.parametrize("sentence_id", ON_PAGES)
def test_changing_one_sentence_changes_one_fingerprint(sentence_id: str) -> None:
    words = [word.strip() for word in WATCHED[sentence_id]["words"].split("|") if word.strip()]
    path = f"/{WATCHED[sentence_id]['document']}"
    other = said_by_default(sentence_id, words).replace("Here", "Now").replace("This is", "That is")
    changed = pages({sentence_id: other})
    assert [each for each in PAGES if PAGES[each] != changed[each]] == [path]
    after = read_pages({path: changed[path]})
    assert {each for each in after if after[each] != FINGERPRINTS[each]} == {sentence_id}


def test_a_sentence_that_is_not_watched_cannot_be_changed() -> None:
    with pytest.raises(KeyError, match="not watched on a page: botocore"):
        pages({"botocore.ResourceConfig.VolumeKmsKeyId": "x"})
