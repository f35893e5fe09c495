"""Growing a log: whatever is observed in whatever order, the log replays to it and reads clean."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.dataset.log_specs import EC2_API_CAPTURE, PRESENCE, SAGEMAKER_API
from kb.dataset.logs import Row, parse_log, render
from scrapers.base import Rows, ScrapeError
from scrapers.engine.log import Update, diff, refuse_mass_loss, replay

START = date(2020, 1, 1)
PATH = Path("log.csv")

keys = st.tuples(st.sampled_from(["A", "B"]), st.sampled_from(["ml.a", "ml.b", "ml.c", 'x, "y"']))
listings = st.frozensets(keys).map(lambda listed: dict.fromkeys(listed, "true"))
#: Days between readings; 0 means a second reading on the same day.
gaps = st.integers(min_value=0, max_value=2)

facts = st.fixed_dictionaries(
    {"hypervisor": st.sampled_from(["", "nitro", "xen"]), "instance_store_gb": st.sampled_from(["0", "75", "150"])},
    optional={"vcpus": st.sampled_from(["", "2", "4"]), "has_efa": st.sampled_from(["", "true", "false"])},
)
captures = st.dictionaries(st.sampled_from(["m5.large", "m5d.large", "p2.xlarge"]), facts)


def as_rows(capture: dict[str, dict[str, str]]) -> Rows:
    return {
        (thing, fact): value
        for thing, stated in capture.items()
        for fact, value in ({PRESENCE: "true"} | stated).items()
    }


def listed(state: Rows) -> Rows:
    return {key: value for key, value in state.items() if value == "true"}


@given(st.lists(st.tuples(gaps, listings), max_size=12))
def test_a_listing_replays_to_what_was_observed(readings: list[tuple[int, Rows]]) -> None:
    update = Update(SAGEMAKER_API, [])
    day = START
    for number, (gap, observed) in enumerate(readings):
        day += timedelta(days=gap)
        update.add(day.isoformat(), f"botocore 1.{number}.0", observed)
        assert listed(update.state) == observed
        log = parse_log(render(SAGEMAKER_API.columns, update.rows), PATH, SAGEMAKER_API)
        assert log.rows == update.rows
        assert log.state == replay(update.rows) == update.state


@given(st.lists(st.tuples(gaps, listings), max_size=12))
def test_intervals_hold_what_each_day_ended_with(readings: list[tuple[int, Rows]]) -> None:
    """valid_from (a true row) to valid_to (the next false row) covers exactly the days that listed the key."""
    update = Update(SAGEMAKER_API, [])
    day, by_day = START, {}
    for gap, observed in readings:
        day += timedelta(days=gap)
        update.add(day.isoformat(), "botocore 1.0.0", observed)
        by_day[day.isoformat()] = observed
    for on, observed in by_day.items():
        so_far = [row for row in update.rows if row[0] <= on]
        assert listed(replay(so_far)) == observed


@given(st.lists(st.tuples(gaps, captures), max_size=12))
def test_facts_replay_to_what_was_observed(readings: list[tuple[int, dict[str, dict[str, str]]]]) -> None:
    update = Update(EC2_API_CAPTURE, [])
    day = START
    for number, (gap, capture) in enumerate(readings):
        day += timedelta(days=gap)
        update.add(day.isoformat(), f"moto 1.{number}.0", as_rows(capture))
        log = parse_log(render(EC2_API_CAPTURE.columns, update.rows), PATH, EC2_API_CAPTURE)
        assert log.rows == update.rows
        assert log.state == update.state
        present = {key[0] for key, value in log.state.items() if key[1] == PRESENCE and value == "true"}
        assert present == set(capture)
        for key, value in as_rows(capture).items():
            assert log.state.get(key, "") == value


@given(st.lists(st.tuples(st.integers(min_value=1, max_value=2), listings), max_size=8), st.integers(0, 8))
def test_two_runs_write_what_one_run_writes(readings: list[tuple[int, Rows]], cut: int) -> None:
    def grown(rows: list[Row], part: list[tuple[date, Rows]]) -> list[Row]:
        update = Update(SAGEMAKER_API, rows)
        for day, observed in part:
            update.add(day.isoformat(), f"botocore {day}", observed)
        return update.rows

    dated, day = [], START
    for gap, observed in readings:
        day += timedelta(days=gap)
        dated.append((day, observed))
    assert grown(grown([], dated[:cut]), dated[cut:]) == grown([], dated)


@given(listings, listings)
def test_a_diff_has_only_changes(before: Rows, after: Rows) -> None:
    changes = diff(SAGEMAKER_API, before, after)
    assert changes.keys() == before.keys() ^ after.keys()
    assert listed({**before, **changes}) == after
    assert diff(SAGEMAKER_API, {**before, **changes}, after) == {}


def test_a_type_that_vanishes_gets_one_row_and_its_return_only_what_differs() -> None:
    update = Update(EC2_API_CAPTURE, [])
    update.add("2020-01-01", "moto 1", as_rows({"p2.xlarge": {"hypervisor": "xen", "instance_store_gb": "0"}}))
    update.add("2020-02-01", "moto 2", as_rows({"m5.large": {"hypervisor": "nitro"}}))
    update.add("2020-03-01", "moto 3", as_rows({"p2.xlarge": {"hypervisor": "nitro", "instance_store_gb": "0"}}))
    assert [row for row in update.rows if row[2] == "p2.xlarge" and row[0] > "2020-01-01"] == [
        ("2020-02-01", "moto 2", "p2.xlarge", PRESENCE, "false"),
        ("2020-03-01", "moto 3", "p2.xlarge", "hypervisor", "nitro"),
        ("2020-03-01", "moto 3", "p2.xlarge", PRESENCE, "true"),
    ]


def test_facts_that_were_not_read_stay_as_they_are() -> None:
    update = Update(EC2_API_CAPTURE, [])
    update.add("2020-01-01", "moto 1", as_rows({"m5.large": {"hypervisor": "nitro", "vcpus": "2"}}))
    changed = update.add("2020-02-01", "moto 2", as_rows({"m5.large": {"hypervisor": "nitro"}}))
    assert changed == 0
    assert update.state["m5.large", "vcpus"] == "2"


def test_a_fact_that_is_no_longer_stated_becomes_empty_never_zero() -> None:
    update = Update(EC2_API_CAPTURE, [])
    update.add("2020-01-01", "moto 1", as_rows({"m5.large": {"hypervisor": "nitro", "vcpus": "2"}}))
    update.add("2020-02-01", "moto 2", as_rows({"m5.large": {"hypervisor": "nitro", "vcpus": ""}}))
    assert update.rows[-1] == ("2020-02-01", "moto 2", "m5.large", "vcpus", "")


def test_the_last_reading_of_a_day_names_the_origin() -> None:
    update = Update(SAGEMAKER_API, [])
    update.add("2020-01-01", "botocore 1.0.0", {("A", "ml.a"): "true", ("A", "ml.b"): "true"})
    update.add("2020-01-01", "botocore 1.0.1", {("A", "ml.a"): "true", ("A", "ml.c"): "true"})
    assert update.rows == [
        ("2020-01-01", "botocore 1.0.0", "A", "ml.a", "true"),
        ("2020-01-01", "botocore 1.0.1", "A", "ml.c", "true"),
    ]


def test_a_day_that_an_earlier_run_wrote_cannot_be_rewritten() -> None:
    update = Update(SAGEMAKER_API, [("2020-01-01", "botocore 1.0.0", "A", "ml.a", "true")])
    with pytest.raises(ScrapeError, match=r"A, ml\.a already changed on that day"):
        update.add("2020-01-01", "botocore 1.0.1", {("A", "ml.b"): "true"})


def test_a_log_does_not_grow_backwards() -> None:
    update = Update(SAGEMAKER_API, [("2020-01-01", "botocore 1.0.0", "A", "ml.a", "true")])
    with pytest.raises(ScrapeError, match="older than the end of the log"):
        update.add("2019-12-31", "botocore 0.9.9", {("A", "ml.a"): "true"})


def test_a_mass_loss_is_refused() -> None:
    state: Rows = {("A", f"ml.{n}"): "true" for n in range(6)}
    state["B", "ml.0"] = "true"
    refuse_mass_loss(SAGEMAKER_API, state, dict.fromkeys(list(state)[2:], "true"), "here")
    with pytest.raises(ScrapeError, match="nothing is left of enum_shape B"):
        refuse_mass_loss(SAGEMAKER_API, state, dict.fromkeys(list(state)[:-1], "true"), "here")
    with pytest.raises(ScrapeError, match="5 of 7 entries are gone"):
        refuse_mass_loss(SAGEMAKER_API, state, dict.fromkeys(list(state)[5:], "true"), "here")
