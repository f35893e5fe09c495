"""Every value of every table, read back from each format by another reader, is the value in the database."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from kb.dataset.schema import TABLES, Table, table
from kb.export import FORMATS, ExportResult, copies, sqlite
from tests.effort import examples
from tests.export.reading import READERS, arrow_schema, exact


@pytest.mark.parametrize("each", TABLES, ids=lambda each: each.name)
def test_every_value_in_every_format(exports: ExportResult, connection: duckdb.DuckDBPyConnection, each: Table) -> None:
    expected = exact(connection.execute(f"SELECT * FROM {each.name} ORDER BY {', '.join(each.key)}").fetchall())
    assert len(expected) == exports.rows[each.name]
    for name in FORMATS:
        assert exact(READERS[name](exports.folder, each)) == expected, name


def test_the_shipped_data_has_every_kind_of_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    """So that the comparison above means something: NULL, empty text, zero and false."""
    sql = """
        SELECT
            count(*) FILTER (WHERE instance_store_gb IS NULL), count(*) FILTER (WHERE instance_store_gb = 0),
            count(*) FILTER (WHERE has_efa IS NULL), count(*) FILTER (WHERE NOT has_efa),
            (SELECT count(*) FROM observations WHERE scope = ''),
            (SELECT count(*) FROM observations WHERE value IS NULL)
        FROM instance_types"""
    found = connection.execute(sql).fetchone()
    assert found is not None
    assert all(found), found


#: Text that a format could spoil: quotes, separators, breaks, spaces, what reads as nothing or as another type.
ODD = (
    "", " ", " lead and trail ", '"', '""', ",", "a,b", "a\nb", "a\r\nb", "a\rb", "\n", "\t", "'", "\\", "\\n",
    "#", ";", "NULL", "null", "None", "true", "0", "-0", "1e5", "2026-01-01", "nan", "\x00", "a\x00b", "\x1b[31m",
    "\ufeff", "\u2028", "\u202e", "é", "e\u0301", "😀", "日本", "=1+1", "<b>&amp;", "{}", "[1]", "x" * 5000,
)  # fmt: skip
TEXT = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
DAY = st.dates(date(1, 1, 1), date(9999, 12, 31))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)


def _key(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row[:4], row[5])


observations = table("observations")
history = table("instance_types_history")


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    """Every table, empty, in memory."""
    connection = duckdb.connect(":memory:")
    for each in TABLES:
        connection.execute(each.create_sql())
    return connection


def write_all(connection: duckdb.DuckDBPyConnection, folder: Path, names: Collection[str]) -> None:
    sqlite.write(connection, folder / "kb.sqlite")
    for format_name in copies.FORMATS:
        (folder / format_name).mkdir()
    for each in map(table, names):
        for form in copies.FORMATS:
            copies.write(connection, each, folder / form / f"{each.name}.{form}", "2026.01.01")


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.tuples(TEXT, TEXT, TEXT, TEXT, st.none() | TEXT, DAY, st.none() | DAY, st.none() | TEXT),
        min_size=1,
        max_size=12,
        unique_by=_key,
    ),
    numbers=st.lists(
        st.tuples(st.none() | st.booleans(), st.none() | NUMBER, st.none() | st.integers(-(2**63), 2**63 - 1)),
        min_size=1,
        max_size=6,
    ),
)
def test_odd_values_come_through_unchanged(
    empty: duckdb.DuckDBPyConnection,
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[tuple[object, ...]],
    numbers: list[tuple[object, ...]],
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    empty.execute("DELETE FROM observations")
    empty.execute("DELETE FROM instance_types_history")
    empty.executemany("INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", texts)
    empty.executemany(
        "INSERT INTO instance_types_history (instance_type, valid_from, status, has_efa, clock_ghz, instance_store_gb) "
        "VALUES (?, DATE '2026-01-01', 'listed', ?, ?, ?)",
        [(f"ml.t{number}.x", *row) for number, row in enumerate(numbers)],
    )
    write_all(empty, folder, ("observations", "instance_types_history"))
    for each in (observations, history):
        expected = empty.execute(f"SELECT * FROM {each.name} ORDER BY {', '.join(each.key)}").fetchall()
        for name, reader in READERS.items():
            assert exact(reader(folder, each)) == exact(expected), name


def test_csv_is_as_rfc_4180_says(empty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    empty.execute("DELETE FROM observations")
    empty.execute(
        "INSERT INTO observations VALUES ('a \"b\"', 'c,d', '', ' e', NULL, '2026-01-02', NULL, E'f\\ng'), "
        "('é', 'true', '', 'x', '', '2026-01-02', '2026-01-03', NULL)"
    )
    copies.write(empty, observations, tmp_path / "observations.csv", "2026.01.01")
    assert (tmp_path / "observations.csv").read_bytes().decode("utf-8") == (
        "subject,fact,scope,source,value,valid_from,valid_to,origin\n"
        '"a ""b""","c,d","", e,,2026-01-02,,"f\ng"\n'
        'é,true,"",x,"",2026-01-02,2026-01-03,\n'
    )


@pytest.mark.parametrize("each", TABLES, ids=lambda each: each.name)
def test_parquet_has_the_types_and_says_what_columns_mean(exports: ExportResult, each: Table) -> None:
    file = pq.ParquetFile(exports.folder / "parquet" / f"{each.name}.parquet")
    types = [(field.name, field.type) for field in file.schema_arrow]
    assert types == [(field.name, field.type) for field in arrow_schema(each)]
    said = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
    assert said["description"] == each.description
    assert (said["title"], said["data_version"], said["licence"]) == (each.name, exports.data_version, "Apache-2.0")
    columns = json.loads(said["columns"])
    assert {name: (column["description"], column.get("unit")) for name, column in columns.items()} == {
        column.name: (column.description, column.unit) for column in each.columns
    }
    compressions = {file.metadata.row_group(0).column(n).compression for n in range(file.metadata.num_columns)}
    assert compressions == {"ZSTD"}


def test_parquet_tells_spark_types_and_comments(exports: ExportResult) -> None:
    each = table("instance_store_disks")
    metadata = pq.ParquetFile(exports.folder / "parquet" / f"{each.name}.parquet").metadata.metadata
    schema = json.loads(metadata[copies.SPARK_KEY.encode()])
    assert schema["type"] == "struct"
    assert [(field["name"], field["type"], field["metadata"]["comment"]) for field in schema["fields"]] == [
        ("instance_type", "string", "SageMaker instance type, such as ml.g5.xlarge"),
        ("disk_group", "integer", "Number of the group, from 1"),
        ("disk_count", "integer", "Disks in the group [count]"),
        ("disk_size_gb", "long", "Size of one disk [GB]"),
        ("disk_type", "string", "ssd or hdd"),
    ]
