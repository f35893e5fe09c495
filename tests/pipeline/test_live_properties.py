"""Properties of what live sources bring, on random worlds: contested facts, the price list, changed sentences."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.effort import examples
from tests.pipeline.asking import derived, on_day, records
from tests.pipeline.mini import LAUNCH, MiniData

FOLDER = tempfile.TemporaryDirectory(prefix="kb-live-")  # goes away with the process
ROOT = Path(FOLDER.name)
some = examples(30, suppress_health_check=list(HealthCheck))

DAYS = ("2026-08-01", "2026-08-02", "2026-09-01", "2026-10-01")
REGIONS = ("ap-south-1", "eu-west-1", "us-east-1")


def days_around() -> list[str]:
    """Every day on which something may happen, the days beside it, and one long after."""
    days = {date.fromisoformat(on) + timedelta(days=shift) for on in DAYS for shift in (-1, 0, 1)} | {date(2030, 1, 1)}
    return sorted(day.isoformat() for day in days)


# -- contested facts --------------------------------------------------------------------------------------------------

#: What a Region shows on one day: it lacks the type, or has it and says so or nothing.
_word = st.sampled_from((None, "", "true", "false", "false"))
_day = st.tuples(*(_word for _ in REGIONS))
_types = st.lists(st.dictionaries(st.sampled_from(DAYS), _day, min_size=1), min_size=3, max_size=3)


def write_as_the_scraper_does(data: MiniData, ec2_type: str, readings: dict[str, tuple[str | None, ...]]) -> None:
    """Presence per Region; the fact under `all` where no two Regions contradict each other, else Region by Region."""
    own: set[str] = set()
    for on, words in sorted(readings.items()):
        told = {region: word for region, word in zip(REGIONS, words, strict=True) if word is not None}
        for region in REGIONS:
            data.ec2_api(on, ec2_type, region, is_present="true" if region in told else "false")
        if not told:
            continue
        is_contested = len(set(told.values()) - {""}) > 1
        data.rows["ec2_api"][on, ec2_type, "has_instance_store", "all"] = (
            f"ec2_api {on}",
            "" if is_contested else max(told.values()),
        )
        for region in own:
            data.ec2_api(on, ec2_type, region, has_instance_store="")
        own = set(told) if is_contested else set()
        for region in own:
            data.ec2_api(on, ec2_type, region, has_instance_store=told[region])


@some
@given(_types, st.booleans())
def test_a_fact_on_which_regions_differ_has_no_value(
    worlds: list[dict[str, tuple[str | None, ...]]], captured: bool
) -> None:
    data = MiniData(ROOT / "contested", empty=True)
    names = [f"ml.a{number}.large" for number in range(len(worlds))]
    data.workload("training", LAUNCH, enum_shape="TrainingType")
    data.rule("training", LAUNCH, "encrypts", "rejected")
    data.enum("2026-01-01", "TrainingType", *names)
    for name, readings in zip(names, worlds, strict=True):
        write_as_the_scraper_does(data, name.removeprefix("ml."), readings)
        if captured:
            data.capture("2026-02-02", name.removeprefix("ml."), has_instance_store="false", hypervisor="nitro")
    with derived(data) as connection:
        history = records(connection, "SELECT * FROM instance_types_history")
        verdicts = records(connection, "SELECT * FROM kms_verdicts_history")
        conflicts = records(connection, "SELECT * FROM conflicts WHERE other_source = 'ec2_api'")
    for name, readings in zip(names, worlds, strict=True):
        for on in days_around():
            (row,) = on_day([each for each in history if each["instance_type"] == name], on)
            (verdict,) = on_day([each for each in verdicts if each["instance_type"] == name], on)
            said = words_on(readings, on)
            if len(said) > 1:
                known: tuple[object, ...] = (None, None, "contested", "ec2_api", "unknown")
            elif said:
                # before the first reading, and where nobody said it before, the value is carried back
                value = said == {"true"}
                known = (value, not value, "observed", "ec2_api", "rejected" if value else "encrypts")
            elif captured:
                known = (False, True, "observed", "ec2_api_capture", "encrypts")
            else:
                continue
            columns = ("has_instance_store", "is_kms_eligible", "storage_basis", "storage_source")
            assert (*(row[column] for column in columns), verdict["outcome"]) == known, f"{name} on {on}: {said}"
        is_listed = any(row["subject"] == name.removeprefix("ml.") for row in conflicts)
        assert is_listed == (len(words_on(readings, "2030-01-01")) > 1)


def words_on(readings: dict[str, tuple[str | None, ...]], on: str) -> set[str]:
    """What the Regions that had the type when any last had it said then, those that said nothing aside."""
    past = [words for day, words in sorted(readings.items()) if day <= on and any(word is not None for word in words)]
    return {word for word in past[-1] if word} if past else set()


# -- the price list ---------------------------------------------------------------------------------------------------

_events = st.dictionaries(
    st.tuples(
        st.sampled_from(DAYS),
        st.sampled_from(("hosting", "transform")),
        st.sampled_from(REGIONS[:2]),
        st.sampled_from(("ml.a.large", "ml.b.large", "ml.c.large")),
    ),
    st.booleans(),
    max_size=12,
)


@some
@given(_events, _events)
def test_the_price_list_decides_from_the_day_on_which_it_was_read(
    packaged: dict[tuple[str, ...], bool], own: dict[tuple[str, ...], bool]
) -> None:
    data = MiniData(ROOT / "prices", empty=True)
    data.enum("2026-01-01", "TrainingType", "ml.a.large")
    for events, put in ((packaged, data.prices), (own, data.price_list)):
        for (on, component, region, name), listed in events.items():
            put(on, component, region, name, listed=listed)
    with derived(data) as connection:
        found = records(connection, "SELECT * FROM region_listings")
    for on in days_around():
        there = {(row["component"], row["region"], row["instance_type"], row["source"]) for row in on_day(found, on)}
        assert len(there) == len(on_day(found, on))
        assert all(row["valid_to"] is None or row["valid_from"] < row["valid_to"] for row in found)
        assert there == chosen_on(packaged, own, on), on


def chosen_on(packaged: dict[tuple[str, ...], bool], own: dict[tuple[str, ...], bool], on: str) -> set[tuple[str, ...]]:
    """Each list day by day; that of AWS wherever it has ever had an entry of the component and Region by then."""
    read = {key[1:3] for key, listed in own.items() if key[0] <= on and listed}
    chosen = set()
    for source, events in (("region_lists", packaged), ("price_list", own)):
        for key in {key[1:] for key in events}:
            if (key[:2] in read) == (source == "price_list"):
                past = [events[event] for event in sorted(events) if event[1:] == key and event[0] <= on]
                chosen |= {(*key, source)} if past and past[-1] else set()
    return chosen


# -- changed sentences ------------------------------------------------------------------------------------------------

_wordings = st.dictionaries(st.sampled_from(DAYS), st.sampled_from(("a", "b", "c", None)), max_size=4)
_sentence = st.tuples(
    st.sampled_from(("training", "endpoint", "experiment", "training, endpoint")),
    st.sampled_from(("volume_kms", "volume_size", "workload_facts")),
    _wordings,
    st.sets(st.sampled_from(("a", "b", "c", None)), max_size=2),
)


@some
@given(st.lists(_sentence, min_size=1, max_size=3))
def test_a_verdict_is_marked_while_an_unconfirmed_wording_of_its_rule_stands(
    sentences: list[tuple[str, str, dict[str, str | None], set[str | None]]],
) -> None:
    data = MiniData(ROOT / "sentences")
    for number, (workloads, bears_on, wordings, confirmed) in enumerate(sentences):
        name = f"s{number}"
        data.watch(name, workloads, bears_on)
        for on, wording in after_the_first(wordings).items():
            data.sentence(on, name, wording)
        for wording in confirmed & set(after_the_first(wordings).values()):
            data.confirm(name, wording)
    with derived(data) as connection:
        ask = "SELECT * FROM kms_verdicts_history WHERE instance_type IN ('ml.g5.large', 'ml.r7.large')"
        history = records(connection, ask)
    for row in history:
        assert row["evidence_changed"] is (row["changed_sentences"] is not None)
    for workload, parent in (("training", "training"), ("endpoint", "endpoint"), ("experiment", "endpoint")):
        for on in days_around():
            for row in on_day([each for each in history if each["workload"] == workload], on):
                expected = [
                    f"s{number}"
                    for kind in ("volume_kms", "volume_size")
                    for number, (names, bears_on, wordings, confirmed) in enumerate(sentences)
                    if bears_on == kind
                    and {workload, parent} & set(names.split(", "))
                    and is_open(wordings, confirmed, on)
                    and row["outcome"] != "not_offered"
                ]
                assert (row["changed_sentences"] or "").split() == expected, f"{workload} on {on}"


def after_the_first(wordings: dict[str, str | None]) -> dict[str, str | None]:
    """A sentence is watched from the day on which it is first there."""
    days = sorted(wordings)
    while days and wordings[days[0]] is None:
        days.pop(0)
    return {on: wordings[on] for on in days}


def is_open(wordings: dict[str, str | None], confirmed: set[str | None], on: str) -> bool:
    """Whether the wording of a day is neither the first one nor one that somebody confirmed."""
    seen = after_the_first(wordings)
    past = [seen[day] for day in sorted(seen) if day <= on]
    return bool(past) and past[-1] != next(iter(seen.values())) and past[-1] not in confirmed
