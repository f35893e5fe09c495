"""Two rows with one key, in any table."""

from __future__ import annotations

import pytest

from kb.checks.keys_unique import CHECK
from kb.dataset.schema import TABLES, Table
from tests.checks.gate import Gate


def test_every_table_has_a_key_of_its_columns() -> None:
    for table in TABLES:
        assert table.key
        assert set(table.key) <= {column.name for column in table.columns}
    assert set(CHECK.scope) == {table.name for table in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_same_row_twice(table: Table) -> None:
    with Gate(CHECK) as gate:
        gate.put(table.name)
        if table.name == "check_exceptions":
            gate.connection.execute("DELETE FROM check_exceptions")
            gate.put(table.name, check_name="another")
        assert gate.passes()
        gate.connection.execute(f"INSERT INTO {table.name} SELECT * FROM {table.name}")
        ((subject, detail),) = gate.found().items()
        assert subject.startswith(f"{table.name}: ")
        assert detail == "2 rows"


def test_rows_without_region_count_as_one_key() -> None:
    with Gate(CHECK) as gate:
        for _ in range(2):
            gate.put("offerings", instance_type="ml.m5.large", workload="training", region=None)
        gate.refuses("offerings: ml.m5.large training -", "2 rows")


def test_another_region_is_another_key() -> None:
    with Gate(CHECK) as gate:
        for region in (None, "eu-west-1", "us-east-1"):
            gate.put("offerings", instance_type="ml.m5.large", workload="training", region=region)
        assert gate.passes()
