"""Intervals that overlap, leave a gap, end without successor, or are empty."""

from __future__ import annotations

from datetime import date

import pytest

from kb.checks.history_intervals import CHECK
from tests.checks.gate import Gate

KEYS: dict[str, dict[str, object]] = {
    "instance_types_history": {"instance_type": "ml.a.b"},
    "kms_verdicts_history": {"instance_type": "ml.a.b", "workload": "training"},
    "kms_rules": {"workload": "training"},
    "volume_size_rules": {"workload": "training"},
    "workload_enums": {"workload": "training"},
    "watched_sentences_history": {"sentence_id": "ResourceConfig"},
    "region_listings": {"component": "hosting", "region": "eu-west-1", "instance_type": "ml.a.b"},
    "enum_members": {"enum_shape": "TrainingType", "enum_value": "ml.a.b"},
    "observations": {"subject": "a.b", "fact": "vcpus", "scope": "", "source": "curated"},
}
MAY_BE_AWAY = ("region_listings", "enum_members", "observations")


def chain(gate: Gate, table: str, *spans: tuple[int, int | None]) -> None:
    """Rows of one key that hold from one year to another."""
    for begin, end in spans:
        to = None if end is None else date(end, 1, 1)
        gate.put(table, **KEYS[table], valid_from=date(begin, 1, 1), valid_to=to)


def test_the_tables_are_those_with_intervals() -> None:
    assert set(CHECK.scope) == set(KEYS)


@pytest.mark.parametrize("table", KEYS)
class TestTable:
    def subject(self, table: str, year: int) -> str:
        return f"{table}: {' '.join(str(value) for value in KEYS[table].values())} {year}-01-01".replace("  ", " ")

    def violation(self, gate: Gate) -> tuple[str, str]:
        ((subject, detail),) = gate.found().items()
        return subject.replace("  ", " "), detail

    def test_one_after_the_other(self, table: str) -> None:
        with Gate(CHECK) as gate:
            chain(gate, table, (2018, 2019), (2019, 2021), (2021, None))
            assert gate.passes()

    def test_overlap(self, table: str) -> None:
        with Gate(CHECK) as gate:
            chain(gate, table, (2018, 2020), (2019, None))
            assert self.violation(gate) == (self.subject(table, 2018), "overlaps with 2019-01-01")

    def test_open_too_early(self, table: str) -> None:
        with Gate(CHECK) as gate:
            chain(gate, table, (2018, None), (2019, None))
            assert self.violation(gate)[0] == self.subject(table, 2018)

    def test_empty_interval(self, table: str) -> None:
        with Gate(CHECK) as gate:
            chain(gate, table, (2018, 2018), (2019, None))
            assert self.violation(gate)[0] == self.subject(table, 2018)

    def test_gap(self, table: str) -> None:
        with Gate(CHECK) as gate:
            chain(gate, table, (2018, 2019), (2020, None))
            if table in MAY_BE_AWAY:
                assert gate.passes()
            else:
                assert self.violation(gate) == (self.subject(table, 2018), "gap from 2019-01-01 to 2020-01-01")

    def test_no_end(self, table: str) -> None:
        with Gate(CHECK) as gate:
            chain(gate, table, (2018, 2019), (2019, 2020))
            if table in MAY_BE_AWAY:
                assert gate.passes()
            else:
                assert self.violation(gate) == (self.subject(table, 2019), "ends on 2020-01-01")


def test_keys_do_not_mix() -> None:
    with Gate(CHECK) as gate:
        for workload in ("training", "endpoint"):
            gate.put("kms_rules", workload=workload, valid_from=date(2018, 1, 1), valid_to=date(2019, 1, 1))
            gate.put("kms_rules", workload=workload, valid_from=date(2019, 1, 1))
        assert gate.passes()


def test_an_exception() -> None:
    with Gate(CHECK) as gate:
        chain(gate, "kms_rules", (2018, 2019), (2020, None))
        gate.refuses("kms_rules: training 2018-01-01", "gap")
