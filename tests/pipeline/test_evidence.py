"""Watched sentences: what became of each, and which verdicts wait for a person because of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pipeline.asking import Tables, day
from tests.pipeline.mini import LAUNCH, MiniData

Derive = Callable[[MiniData], Tables]

FIRST, CHANGED, AGAIN = "2026-08-01", "2026-09-01", "2026-10-01"
STATE = "status, fingerprint, seen_since, previous_fingerprint, previous_since, unconfirmed_since, confirmed_on"
MARK = "evidence_changed, changed_sentences"


def state(made: Tables, columns: str = STATE) -> object:
    return made.one(f"SELECT {columns} FROM watched_sentences")


def changed(data: MiniData, workloads: str = "training", bears_on: str = "volume_kms", name: str = "key") -> None:
    """A sentence that reads otherwise from CHANGED on."""
    data.watch(name, workloads, bears_on)
    data.sentence(FIRST, name, "a")
    data.sentence(CHANGED, name, "b")


# -- what became of a sentence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wordings", "confirmed", "expected"),
    [
        ((), "", ("never_read", None, None, None, None, None, None)),
        (("a",), "", ("baseline", "a", FIRST, None, None, None, None)),
        (("a",), "a", ("confirmed", "a", FIRST, None, None, None, "2026-11-11")),
        (("a", "b"), "", ("changed", "b", CHANGED, "a", FIRST, CHANGED, None)),
        (("a", "b"), "b", ("confirmed", "b", CHANGED, "a", FIRST, None, "2026-11-11")),
        (("a", None), "", ("vanished", None, CHANGED, "a", FIRST, CHANGED, None)),
        (("a", None), "-", ("confirmed", None, CHANGED, "a", FIRST, None, "2026-11-11")),
        (("a", "b", "a"), "", ("baseline", "a", AGAIN, "a", FIRST, None, None)),
        (("a", "b", "c"), "", ("changed", "c", AGAIN, "a", FIRST, CHANGED, None)),
        (("a", "b", "c"), "b", ("changed", "c", AGAIN, "b", CHANGED, AGAIN, None)),
        (("a", "b", "c"), "c", ("confirmed", "c", AGAIN, "a", FIRST, None, "2026-11-11")),
        (("a", None, "a"), "", ("baseline", "a", AGAIN, "a", FIRST, None, None)),
        (("a", None, "c"), "-", ("changed", "c", AGAIN, None, CHANGED, AGAIN, None)),
        (("a", "b", None), "", ("vanished", None, AGAIN, "a", FIRST, CHANGED, None)),
    ],
)
def test_states(
    mini_data: MiniData,
    world: Derive,
    wordings: tuple[str | None, ...],
    confirmed: str,
    expected: tuple[str | None, ...],
) -> None:
    mini_data.watch("key")
    for on, wording in zip((FIRST, CHANGED, AGAIN), wordings, strict=False):
        mini_data.sentence(on, "key", wording)
    if confirmed:
        mini_data.confirm("key", None if confirmed == "-" else confirmed)
    status, now, since, before, before_since, waits_since, confirmed_on = expected
    days = [None if on is None else day(on) for on in (since, before_since, waits_since, confirmed_on)]
    found = state(world(mini_data))
    assert found == (status, now and now * 16, days[0], before and before * 16, *days[1:])


def test_everything_about_a_sentence_is_in_its_row(mini_data: MiniData, world: Derive) -> None:
    words = {"place": "Shape.Member", "words": "NVMe | local", "url": "https://example.com/page", "note": "A remark."}
    mini_data.watch("key", "training, endpoint", "volume_size", source="sagemaker_api_docs", document="model", **words)
    mini_data.sentence(FIRST, "key", "a")
    mini_data.read(FIRST, "sagemaker_api_docs", document="model")
    mini_data.read(AGAIN, "sagemaker_api_docs", document="model")
    mini_data.read("2026-10-20", "sagemaker_api_docs", document="another")
    mini_data.confirm("key", "a")
    found = state(world(mini_data), "source, document, place, words, workloads, bears_on, url, note, last_read, reason")
    cells = ("sagemaker_api_docs", "model", *list(words.values())[:2], "training, endpoint", "volume_size")
    assert found == (*cells, *list(words.values())[2:], day(AGAIN), "something")


def test_history_and_observations_of_a_sentence(mini_data: MiniData, world: Derive) -> None:
    mini_data.watch("key")
    for on, wording in ((FIRST, "a"), (CHANGED, "b"), (AGAIN, None), ("2026-10-20", "a")):
        mini_data.sentence(on, "key", wording)
    made = world(mini_data)
    days = [day(on) for on in (FIRST, CHANGED, AGAIN, "2026-10-20")]
    spans = list(zip(days, [*days[1:], None], ("a" * 16, "b" * 16, None, "a" * 16), strict=True))
    seen = (
        "SELECT valid_from, valid_to, value FROM observations WHERE subject = 'key' AND fact = 'fingerprint' ORDER BY 1"
    )
    assert made.rows(seen) == spans
    columns = "valid_from, valid_to, fingerprint, status, unconfirmed_since"
    statuses = [("baseline", None), ("changed", days[1]), ("vanished", days[1]), ("baseline", None)]
    found = made.rows(f"SELECT {columns} FROM watched_sentences_history ORDER BY 1")
    assert found == [(*span, *status) for span, status in zip(spans, statuses, strict=True)]


def test_changes_of_sentences_are_news_and_their_first_reading_is_not(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data)
    mini_data.sentence(AGAIN, "key", None)
    mini_data.sentence("2026-10-20", "key", "b")
    changed(mini_data, "training, endpoint", name="both")
    made = world(mini_data)
    columns = "changed_on, instance_type, workload, what, old_value, new_value, origin"
    a, b, source = "a" * 16, "b" * 16, "sagemaker_docs"
    assert made.rows(f"SELECT {columns} FROM changes WHERE kind = 'evidence' ORDER BY 1, 4") == [
        (day(CHANGED), "", "", "both", a, b, f"{source} {CHANGED}"),
        (day(CHANGED), "", "training", "key", a, b, f"{source} {CHANGED}"),
        (day(AGAIN), "", "training", "key", b, None, f"{source} {AGAIN}"),
        (day("2026-10-20"), "", "training", "key", None, b, f"{source} 2026-10-20"),
    ]
    assert made.one("SELECT summary FROM versions WHERE version = '2026.09.01'") == "2 evidence"
    first = made.rows("SELECT kind, what FROM changes WHERE version = '2026.08.01'")
    assert first == [("source_added", "sagemaker_docs")]


# -- which verdicts wait ----------------------------------------------------------------------------------------------


def test_a_changed_sentence_marks_the_verdicts_of_its_rule_from_that_day_on(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data)
    made = world(mini_data)
    for name in ("ml.g5.large", "ml.m5.large"):
        assert made.verdict(name, "training", "2026-08-31", MARK) == (False, None)
        assert made.verdict(name, "training", CHANGED, MARK) == (True, "key")
        assert made.verdict(name, "endpoint", CHANGED, MARK) == (False, None)
    columns = "outcome, outcome_since, valid_from"
    assert made.verdict("ml.g5.large", "training", CHANGED, columns) == ("rejected", day("2021-03-01"), day(CHANGED))
    now = "SELECT evidence_changed FROM kms_verdicts WHERE instance_type = 'ml.g5.large' AND workload = 'training'"
    assert made.one(now) is True
    marked = {row[0] for row in made.rows("SELECT DISTINCT workload FROM kms_verdicts_history WHERE evidence_changed")}
    assert marked == {"training"}


def test_what_is_not_offered_rests_on_no_rule(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data)
    made = world(mini_data)
    assert made.verdict("ml.r7.large", "training", CHANGED, f"outcome, {MARK}") == ("not_offered", False, None)


def test_inherited_rules_are_marked_with_their_parent(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data, "endpoint")
    made = world(mini_data)
    for workload in ("endpoint", "experiment"):
        assert made.verdict("ml.g5.large", workload, CHANGED, MARK) == (True, "key")


def test_a_sentence_about_the_heir_alone_marks_the_heir_alone(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data, "experiment")
    made = world(mini_data)
    assert made.verdict("ml.g5.large", "endpoint", CHANGED, MARK) == (False, None)
    assert made.verdict("ml.g5.large", "experiment", CHANGED, MARK) == (True, "key")


def test_verdicts_without_a_type_or_a_key_rest_on_their_rule_too(mini_data: MiniData, world: Derive) -> None:
    mini_data.rule("training", "2026-08-20", "no_key_parameter", "no_key_parameter")
    changed(mini_data, "training, automl")
    made = world(mini_data)
    assert made.verdict("ml.m5.large", "automl", CHANGED, f"outcome, {MARK}") == ("unknown", True, "key")
    assert made.verdict("ml.m5.large", "training", CHANGED, f"outcome, {MARK}") == ("no_key_parameter", True, "key")


@pytest.mark.parametrize(("workload", "is_marked"), [("training", True), ("endpoint", False), ("experiment", False)])
def test_a_sentence_about_the_volume_size_marks_verdicts_with_a_size_rule(
    mini_data: MiniData, world: Derive, workload: str, is_marked: bool
) -> None:
    changed(mini_data, "training", "volume_size")
    made = world(mini_data)
    assert made.verdict("ml.g5.large", workload, CHANGED, MARK) == (is_marked, "key" if is_marked else None)
    assert made.verdict("ml.m5.large", "automl", CHANGED, MARK) == (False, None), "no size rule"


def test_a_size_rule_may_be_inherited_without_the_rule_on_keys(mini_data: MiniData, world: Derive) -> None:
    mini_data.rule("experiment", "2025-01-01", "encrypts", "ebs_only")
    changed(mini_data, "endpoint", "volume_size", "size")
    changed(mini_data, "endpoint", "volume_kms", "key")
    made = world(mini_data)
    assert made.verdict("ml.g5.large", "experiment", CHANGED, MARK) == (True, "size")
    assert made.verdict("ml.g5.large", "endpoint", CHANGED, MARK) == (True, "key size")


@pytest.mark.parametrize("bears_on", ["workload_facts", "contradiction"])
def test_other_sentences_mark_nothing(mini_data: MiniData, world: Derive, bears_on: str) -> None:
    changed(mini_data, "training", bears_on)
    made = world(mini_data)
    assert made.rows("SELECT * FROM kms_verdicts_history WHERE evidence_changed") == []
    assert made.one("SELECT status FROM watched_sentences") == "changed"


def test_a_confirmation_clears_the_mark_of_all_dates(mini_data: MiniData, world: Derive) -> None:
    unread = world(mini_data).rows("SELECT * FROM kms_verdicts_history ORDER BY ALL")
    changed(mini_data)
    mini_data.confirm("key", "b")
    made = world(mini_data)
    assert made.rows("SELECT * FROM kms_verdicts_history ORDER BY ALL") == unread


def test_the_mark_ends_where_the_old_wording_comes_back(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data)
    mini_data.sentence(AGAIN, "key", "a")
    made = world(mini_data)
    assert [made.verdict("ml.m5.large", "training", on, MARK)[0] for on in (FIRST, CHANGED, AGAIN)] == [
        False,
        True,
        False,
    ]
    assert made.verdict("ml.m5.large", "training", AGAIN, "outcome_since, valid_from") == (
        day("2018-06-01"),
        day(AGAIN),
    )


def test_a_rule_mended_without_confirmation_stays_marked(mini_data: MiniData, world: Derive) -> None:
    changed(mini_data)
    mini_data.rule("training", CHANGED, "encrypts", "not_applied")
    made = world(mini_data)
    columns = f"outcome, outcome_since, {MARK}"
    assert made.verdict("ml.g5.large", "training", CHANGED, columns) == ("not_applied", day(CHANGED), True, "key")
    assert made.verdict("ml.g5.large", "training", LAUNCH, MARK) == (False, None)


def test_a_build_with_a_changed_sentence_is_published_and_says_what_to_review(mini_data: MiniData) -> None:
    changed(mini_data)
    result = mini_data.build()
    (review,) = (check for check in result.checks if not check.passed)
    assert (review.check.name, review.needs_review, review.blocks) == ("evidence_confirmed", True, False)
    (violation,) = review.violations
    assert violation.subject == "key"
    for words in ("rule training-2019-06-01:", f"read {'a' * 16} from {FIRST}", f"reads {'b' * 16} since {CHANGED}"):
        assert words in violation.detail
    assert result.database.is_file()
