"""A column that names a row of another table, where no such row is."""

from __future__ import annotations

import pytest

from kb.checks.references_resolve import CHECK
from kb.dataset.schema import TABLES, table
from tests.checks.gate import Gate

REFERENCES = [(each.name, column, target) for each in TABLES for column, target in each.references.items()]


@pytest.mark.parametrize(("name", "column", "target"), REFERENCES)
def test_a_row_that_names_nothing(name: str, column: str, target: str) -> None:
    (key,) = table(target).key
    with Gate(CHECK) as gate:
        for other in {*table(name).references.values(), "sources"}:
            (other_key,) = table(other).key
            gate.put(other, **{other_key: "something"})
        gate.put(name, **{column: "something"})
        assert gate.passes()
        gate.connection.execute(f"UPDATE {name} SET {column} = 'nothing'")
        if name == target:
            gate.connection.execute(f"UPDATE {name} SET {key} = 'something'")
        gate.refuses(f"{name}.{column}: nothing", f"not in {target}")


def test_null_names_nothing_and_is_right() -> None:
    with Gate(CHECK) as gate:
        gate.put("iam_condition_keys", workload=None)
        assert gate.passes()


def test_references_name_columns_of_one_key() -> None:
    for each in TABLES:
        assert set(each.references) <= {column.name for column in each.columns}
        for target in each.references.values():
            assert len(table(target).key) == 1
