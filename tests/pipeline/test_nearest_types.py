"""The table of the nearest types: the distances of the library, for every pair that the library compares."""

from __future__ import annotations

import duckdb
import pytest

import kb
from kb.library.alternatives.distance import difference, machine
from kb.pipeline import BuildResult
from tests.pipeline.mini import MiniData


def test_every_pair_and_its_distance(connection: duckdb.DuckDBPyConnection, built: BuildResult) -> None:
    rows = connection.execute("SELECT * FROM nearest_types").fetchall()
    assert built.rows["nearest_types"] == len(rows) > 1000
    machines = {each.instance_type: (each, found) for each in kb.find() if (found := machine(each))}
    expected = []
    for name, (kind, own) in machines.items():
        if not kind.has_instance_store:
            continue
        expected.append((name, name, 0.0))
        for other, (candidate, theirs) in machines.items():
            is_candidate = candidate.has_instance_store is False and not own.architectures.isdisjoint(
                theirs.architectures
            )
            if is_candidate and own.accelerator_kind == theirs.accelerator_kind:
                told = difference(own, theirs)
                expected += [(name, other, told.distance)] * told.is_near
    assert rows == sorted(expected)


@pytest.mark.parametrize(("name", "is_known"), [("ml.m5d.xlarge", True), ("ml.p6e-gb200.36xlarge", False)])
def test_a_type_stands_beside_itself_where_its_hardware_is_known(
    connection: duckdb.DuckDBPyConnection, name: str, is_known: bool
) -> None:
    sql = "SELECT distance FROM nearest_types WHERE instance_type = $name AND nearest_type = $name"
    assert connection.execute(sql, {"name": name}).fetchall() == [(0.0,)] * is_known


def test_a_world_without_a_comparable_type(mini_data: MiniData) -> None:
    from kb.pipeline import build

    folder = mini_data.write()
    assert build(folder, folder / "kb.duckdb", gate=False).rows["nearest_types"] == 0
