"""Watched sentences in the documentation strings of the API model."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb.dataset.log_specs import SAGEMAKER_API_DOCS
from kb.dataset.logs import read_log, read_scrapes
from kb.errors import InputError
from scrapers import SCRAPERS
from scrapers.base import Request, ScrapeError
from scrapers.engine.run import RunResult, run
from scrapers.sentences import SagemakerApiDocs
from scrapers.sentences.api_docs import MODEL
from scrapers.sentences.watched import of_source
from scrapers.sentences.wording import fingerprint, picked
from tests.scrapers.builders import GitRepository, wheel
from tests.scrapers.sentences.pages import DATA
from tests.scrapers.sentences.watching import document, fingerprints, of_model, service_model, write_table

KEY = "ResourceConfig.VolumeKmsKeyId"
SIZE = "ResourceConfig.VolumeSizeInGB"
JOB = "operation CreateJob"
DOCS: dict[str, str | None] = {
    KEY: "<p>The key encrypts the volume.</p> <note> <p>Local disks take <b>no</b> key.</p> </note>",
    SIZE: "<p>How large the volume is.</p>",
    JOB: "<p>Starts a job. It runs on instances.</p>",
}
SCRAPER = SagemakerApiDocs()


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCRAPERS, SCRAPER.source, SCRAPER)


def said(*sentences: str) -> str:
    return fingerprint(picked(sentences, ()))


def test_a_member_a_shape_and_an_operation_have_documentation() -> None:
    model = service_model(DOCS)
    model["shapes"]["ResourceConfig"]["documentation"] = "<p>What a job runs on.</p>"
    assert of_model(model, {KEY: (), JOB: ("instances",), "ResourceConfig": ()}) == {
        "s1": said("The key encrypts the volume.", "Local disks take no key."),
        "s2": said("It runs on instances."),
        "s3": said("What a job runs on."),
    }


def test_the_limits_of_a_member_are_a_sentence() -> None:
    model = service_model(DOCS)
    watch = {f"limits of {SIZE}": (), f"limits of {KEY}": ()}
    before = of_model(model, watch)
    assert before == {
        "s1": said("A value of type integer that is optional, min 1, max 64."),
        "s2": said("A value of type string that is optional, max 2048."),
    }
    model["shapes"]["ResourceConfig"]["required"] = ["VolumeSizeInGB"]
    after = of_model(model, watch)
    assert after == {"s1": said("A value of type integer that is required, min 1, max 64."), "s2": before["s2"]}
    model["shapes"]["SizeInGB"]["max"] = 128
    assert of_model(model, watch)["s1"] == said("A value of type integer that is required, min 1, max 128.")


def test_what_a_release_does_not_have_has_no_row() -> None:
    model = service_model(DOCS)
    watch = {
        KEY: ("no such word",),
        "ResourceConfig.KeepAlive": (),
        "NoShape.Member": (),
        "NoShape": (),
        "operation NoJob": (),
        "limits of ResourceConfig.KeepAlive": (),
        SIZE: (),
    }
    assert list(of_model(model, watch)) == ["s7"]
    assert SCRAPER.rows_seen(SCRAPER.parse(document(MODEL, json.dumps(model), watch))) == 1


def test_a_member_that_is_not_documented_has_no_row() -> None:
    assert list(of_model(service_model({**DOCS, SIZE: None}), {KEY: (), SIZE: (), JOB: ()})) == ["s1", "s3"]


CHANGES: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda m: m.pop("shapes"), r"at \$: no member 'shapes'"),
    (lambda m: m.pop("operations"), r"at \$: no member 'operations'"),
    (lambda m: m["metadata"].update(apiVersion="2030-01-01"), "API version 2017-07-24 expected, found 2030-01-01"),
    (lambda m: m["shapes"].update(ResourceConfig=[]), r"at \$.shapes.ResourceConfig: an object expected"),
    (lambda m: m["shapes"]["ResourceConfig"].pop("members"), "no member 'members'"),
    (lambda m: m["shapes"]["ResourceConfig"]["members"].update(VolumeKmsKeyId="x"), "an object expected, found text"),
    (lambda m: m["operations"]["CreateJob"].update(documentation=["x"]), r"CreateJob.documentation: text expected"),
    (lambda m: m["shapes"].pop("SizeInGB"), "no member 'SizeInGB'"),
    (lambda m: m["shapes"]["SizeInGB"].update(max="64"), "a number expected, found text"),
]


@pytest.mark.parametrize(("change", "what"), CHANGES, ids=[what for _, what in CHANGES])
def test_a_model_of_another_form_is_refused(change: Callable[[dict[str, Any]], Any], what: str) -> None:
    model = service_model(DOCS)
    change(model)
    with pytest.raises(ScrapeError, match=what):
        of_model(model, {KEY: (), SIZE: (), JOB: (), f"limits of {SIZE}": ()})


def test_a_model_without_its_documentation_is_refused() -> None:
    with pytest.raises(ScrapeError, match="3 of 3 watched members have no documentation: it was left out"):
        of_model(service_model(dict.fromkeys(DOCS)), {KEY: (), SIZE: (), JOB: ()})


@pytest.mark.parametrize("cut", [0, 1, 400, -1])
def test_a_model_that_was_cut_is_refused(cut: int) -> None:
    content = json.dumps(service_model(DOCS)).encode()
    with pytest.raises(ScrapeError, match="not a JSON document"):
        SCRAPER.parse(document(MODEL, content[:cut], {KEY: ()}))


@pytest.mark.parametrize("profile", ["", "[]", "{}", '[{"sentence_id": "a", "words": []}]', '[{"place": 1}]'])
def test_a_document_must_say_what_is_watched(profile: str) -> None:
    made = document(MODEL, json.dumps(service_model(DOCS)), {KEY: ()})
    object.__setattr__(made, "profile", profile)
    with pytest.raises(ScrapeError, match="what is watched in it"):
        SCRAPER.parse(made)


def watch(data_dir: Path, *places: str, name: str = MODEL) -> None:
    rows = [{"sentence_id": place, "source": SCRAPER.source, "document": name, "place": place} for place in places]
    write_table(data_dir, rows)


def test_reading_needs_the_table_of_watched_sentences(tmp_path: Path) -> None:
    with pytest.raises(ScrapeError, match="Name a data folder"):
        next(SCRAPER.fetch(Request()))
    with pytest.raises(InputError, match="cannot be read"):
        next(SCRAPER.fetch(Request(data_dir=tmp_path)))
    write_table(tmp_path, [{"sentence_id": "a", "source": "sagemaker_docs", "document": "a.html", "place": "page"}])
    with pytest.raises(ScrapeError, match="no sentence of sagemaker_api_docs is watched"):
        next(SCRAPER.fetch(Request(data_dir=tmp_path)))
    watch(tmp_path, KEY, name="botocore/data/ec2/service-2.json")
    with pytest.raises(ScrapeError, match="is watched in botocore/data/ec2/"):
        next(SCRAPER.fetch(Request(data_dir=tmp_path)))


def test_a_table_with_an_unknown_word_is_refused(tmp_path: Path) -> None:
    write_table(tmp_path, [{"sentence_id": "a", "source": "elsewhere", "document": "a", "place": "page"}])
    with pytest.raises(InputError, match="column source must be one of sagemaker_api_docs, sagemaker_docs"):
        of_source(Request(data_dir=tmp_path), "sagemaker_docs")
    write_table(
        tmp_path, [{"sentence_id": "a", "source": "sagemaker_docs", "document": "a", "place": "p", "bears_on": "b"}]
    )
    with pytest.raises(InputError, match="column bears_on must be one of volume_kms"):
        of_source(Request(data_dir=tmp_path), "sagemaker_docs")


def rows(data_dir: Path) -> list[tuple[str, ...]]:
    return list(read_log(SAGEMAKER_API_DOCS.path(data_dir), SAGEMAKER_API_DOCS).rows)


def test_a_history_becomes_a_log(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    watch(data_dir, KEY, SIZE, JOB)
    repository = GitRepository(tmp_path / "botocore")
    old: dict[str, str | None] = {SIZE: DOCS[SIZE], JOB: DOCS[JOB]}
    new = {**DOCS, JOB: "<p>Starts a job. It runs on two instances.</p>"}
    for tag, when, docs in [
        ("1.8.4", "2017-11-29", old),
        ("1.8.5", "2018-01-18", DOCS),
        ("1.8.6", "2018-02-01", {**DOCS, KEY: str(DOCS[KEY]).replace("<b>no</b>", "no\n ").replace("<p>", "<p >")}),
        ("1.8.7", "2018-03-01", new),
        ("1.8.8", "2018-04-01", {**new, KEY: None}),
        ("1.8.9", "2018-05-01", new),
    ]:
        repository.commit(f"{when}T12:00:00+00:00", {MODEL: service_model(docs)}, tag)
    result = run(SCRAPER.source, Request(git_dir=repository.git_dir), data_dir)
    assert result.readings == 6
    keys = [
        ("2017-11-29", JOB, said("Starts a job.", "It runs on instances.")),
        ("2017-11-29", SIZE, said("How large the volume is.")),
        ("2018-01-18", KEY, said("The key encrypts the volume.", "Local disks take no key.")),
        ("2018-03-01", JOB, said("Starts a job.", "It runs on two instances.")),
    ]
    logged = rows(data_dir)
    assert [(row[0], row[2], row[4]) for row in logged if row[3] == "fingerprint"] == sorted(keys)
    assert [(row[0], row[2], row[4]) for row in logged if row[3] == "is_present"] == [
        ("2017-11-29", SIZE, "true"),
        ("2017-11-29", JOB, "true"),
        ("2018-01-18", KEY, "true"),
        ("2018-04-01", KEY, "false"),
        ("2018-05-01", KEY, "true"),
    ]
    assert [s.rows_seen for s in read_scrapes(data_dir / "scrapes.csv")] == [2, 3, 3, 3, 2, 3]

    later = wheel(tmp_path, "botocore", "1.9.0", date(2018, 6, 1), {f"{MODEL}.gz": service_model(DOCS)})
    after = run(SCRAPER.source, Request(wheel=later), data_dir)
    assert [(row[0], row[2], row[4]) for row in after.changes] == [("2018-06-01", *keys[0][1:])]


def test_the_installed_botocore_has_every_watched_sentence() -> None:
    request = Request(data_dir=DATA, observed_on=date(2026, 11, 24))
    (reading,) = SCRAPER.fetch(request)
    found = fingerprints(SCRAPER.parse(reading.documents[0]))
    assert sorted(found) == [one.sentence_id for one in of_source(request, SCRAPER.source)]


def test_reading_the_installed_botocore_twice_changes_nothing(tmp_path: Path) -> None:
    watch(tmp_path, KEY, SIZE, "operation CreateTrainingJob")

    def read(day: int) -> RunResult:
        return run(SCRAPER.source, Request(observed_on=date(2026, 11, day)), tmp_path)

    first, second = read(20), read(21)
    assert (first.readings, len(first.changes), first.rows_seen) == (1, 6, 3)
    assert (second.readings, second.passed_over, len(second.changes)) == (0, 1, 0)
