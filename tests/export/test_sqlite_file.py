"""The SQLite file: sound, with its references, its indexes in use, and full-text search that finds things."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from kb.dataset.schema import TABLES
from kb.export import ExportResult
from kb.export.sqlite import INDEXES


@pytest.fixture(scope="module")
def site(exports: ExportResult) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{exports.folder / 'kb.sqlite'}?immutable=1", uri=True)) as connection:
        yield connection


def test_it_is_sound_and_every_reference_resolves(site: sqlite3.Connection) -> None:
    assert site.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert site.execute("PRAGMA foreign_key_check").fetchall() == []


def test_references_and_keys_are_declared(site: sqlite3.Connection) -> None:
    for each in TABLES:
        declared = {row[3]: row[2] for row in site.execute(f"PRAGMA foreign_key_list({each.name})")}
        assert declared == dict(each.references)
        columns = site.execute(f"PRAGMA table_info({each.name})").fetchall()
        key = tuple(row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5])
        assert key == (each.key if each.has_whole_key else ())
        assert [bool(row[3]) for row in columns] == [column.required for column in each.columns]


def test_what_people_look_rows_up_by_is_indexed(site: sqlite3.Connection) -> None:
    by_reference = ((each.name, (column,)) for each in TABLES for column in each.references)
    by_use = ((name, columns) for name, several in INDEXES.items() for columns in several)
    for name, columns in (*by_reference, *by_use):
        indexes = [row[1] for row in site.execute(f"PRAGMA index_list({name})")]
        indexed = [[row[2] for row in site.execute(f"PRAGMA index_info('{index}')")] for index in indexes]
        assert any(tuple(found[: len(columns)]) == columns for found in indexed), (name, columns)


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM kms_verdicts WHERE workload = ? AND outcome = 'rejected'",
        "SELECT * FROM kms_verdicts WHERE instance_type = ? AND workload = 'training'",
        "SELECT * FROM kms_verdicts_history WHERE instance_type = ? ORDER BY workload, valid_from",
        "SELECT * FROM instance_types WHERE family = ?",
        "SELECT * FROM offerings WHERE region = ? AND workload = 'training'",
    ],
)
def test_the_indexes_are_used(site: sqlite3.Connection, question: str) -> None:
    plan = site.execute(f"EXPLAIN QUERY PLAN {question}", ("anything",)).fetchall()
    assert [" USING INDEX " in row[3] for row in plan] == [True], plan


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("g6e", "family = 'g6e'"),
        ("H100", "gpu_name = 'H100'"),
        ("l40s", "gpu_name = 'L40S'"),
        ("nvidia", "gpu_manufacturer = 'NVIDIA'"),
    ],
)
def test_search_finds_types(site: sqlite3.Connection, words: str, condition: str) -> None:
    sql = (
        "SELECT instance_type FROM instance_types WHERE rowid IN "
        "(SELECT rowid FROM instance_types_fts WHERE instance_types_fts MATCH ?)"
    )
    found = {row[0] for row in site.execute(sql, (words,))}
    expected = {row[0] for row in site.execute(f"SELECT instance_type FROM instance_types WHERE {condition}")}
    assert len(expected) > 1
    assert found == expected


def test_search_finds_reasons(site: sqlite3.Connection) -> None:
    sql = (
        "SELECT count(*), min(instance_type), max(workload) FROM kms_verdicts WHERE rowid IN "
        "(SELECT rowid FROM kms_verdicts_fts WHERE kms_verdicts_fts MATCH 'refuses NVMe g5 training reason:xlarge')"
    )
    assert site.execute(sql).fetchone() == (1, "ml.g5.xlarge", "training")
