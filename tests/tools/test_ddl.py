"""Statements for Athena and Trino: their parsers find exactly what `kb.dataset.schema` declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from sqlglot import exp

from kb.dataset.schema import TABLES, Column, Table
from kb.export.ddl import Dialect, create_external_sql, read_location

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCATION = "s3://bucket/some/prefix/"

#: Types of the parser, which knows text by one name in Hive and by another in Trino.
KINDS = {"VARCHAR": {"TEXT", "VARCHAR"}, "INTEGER": {"INT"}} | {
    name: {name} for name in ("BIGINT", "DOUBLE", "BOOLEAN", "DATE")
}

#: Words that Hive, Athena or Trino reserve as names, and texts that quotes cannot simply be put around.
HOSTILE = Table(
    "table",
    'Types\' "names", a back\\slash and a last \\',
    (
        Column("timestamp", "DATE", "It's 'quoted'; -- not a comment"),
        Column("select", "VARCHAR", "\\' OR '' /* ` \" */", "GB"),
        Column("order", "BOOLEAN", "ends in a backslash \\"),
        Column("date", "INTEGER", "é 日本 💾 \\n %s {}"),
    ),
    ("timestamp",),
)


def facts(statement: Any) -> dict[str, Any]:
    """What a parsed statement says, in one form for every dialect."""
    assert type(statement) is exp.Create  # what the parser does not understand becomes a Command
    found = {type(each).__name__: each for each in statement.args["properties"].expressions}
    place = found.get("LocationProperty", found.get("Property"))
    assert place is not None
    return {
        "name": statement.this.this.name,
        "columns": [
            (each.name, each.args["kind"].this.name, each.find(exp.CommentColumnConstraint).this.name)
            for each in statement.this.expressions
        ],
        "comment": found["SchemaCommentProperty"].name,
        "format": found["FileFormatProperty"].name,
        "location": place.args.get("value", place.this).name,
        "is_external": "ExternalProperty" in found,
    }


@pytest.mark.parametrize("each", [*TABLES, HOSTILE], ids=lambda each: each.name)
@pytest.mark.parametrize(("dialect", "read"), [("athena", "athena"), ("athena", "hive"), ("trino", "trino")])
def test_parsers_find_what_is_declared(each: Table, dialect: str, read: str) -> None:
    text = create_external_sql(each, Dialect(dialect), LOCATION)
    [statement] = sqlglot.parse(text, dialect=read)
    assert statement is not None
    found = facts(statement)
    assert [(name, comment) for name, _, comment in found["columns"]] == [(c.name, c.comment()) for c in each.columns]
    assert all(kind in KINDS[c.type] for (_, kind, _), c in zip(found["columns"], each.columns, strict=True))
    assert (found["name"], found["comment"], found["format"]) == (each.name, each.description, "PARQUET")
    assert found["location"] == f"{LOCATION}{each.name}/"
    assert found["is_external"] == (dialect == "athena")
    assert facts(sqlglot.parse_one(statement.sql(read), dialect=read)) == found


@pytest.mark.soak
def test_spark_reads_the_statements_of_athena_like_hive(spark: SparkSession) -> None:
    parser = spark._jsparkSession.sessionState().sqlParser()
    for each in (*TABLES, HOSTILE):
        plan = parser.parsePlan(create_external_sql(each, Dialect.ATHENA, LOCATION))
        columns = [plan.columns().apply(n) for n in range(plan.columns().size())]
        assert [(c.name(), c.comment().get()) for c in columns] == [(c.name, c.comment()) for c in each.columns]
        assert plan.tableSpec().comment().get() == each.description
        assert plan.tableSpec().location().get() == f"{LOCATION}{each.name}/"
        assert plan.tableSpec().external()


def test_comments_fit_the_catalogue_of_athena() -> None:
    """AWS Glue takes 255 bytes per column and 2048 per table, and no line break."""
    for each in TABLES:
        assert len(each.description.encode()) <= 2048, each.name
        for column in each.columns:
            assert len(column.comment().encode()) <= 255, f"{each.name}.{column.name}"
            assert column.comment().isprintable()


@pytest.mark.parametrize("text", ["s3://b/p/", "s3a://b", "abfss://c@a.dfs.core.windows.net/p", "file:///data/x"])
def test_locations(text: str) -> None:
    assert read_location(text) == (text if text.endswith("/") else f"{text}/")


@pytest.mark.parametrize(
    "text", ["", "bucket/p", "s3:/b", "s3://b/'; DROP TABLE x; --", "s3://b/p\n", "s3://b/a b", "s3://b/\\"]
)
def test_no_location(text: str) -> None:
    with pytest.raises(ValueError, match="is no address of a folder"):
        read_location(text)
