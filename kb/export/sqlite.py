"""Writes the SQLite file that the web site serves: every table, with keys, references, indexes and full-text search.

Dates are ISO text and booleans 1 and 0, as SQLite has neither. The same database and release of SQLite give the same
bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from kb.dataset.database import Connection
from kb.dataset.schema import TABLES, Table, table
from kb.dataset.schema.core import TYPES

#: Columns that people look rows up by, beside the keys and the columns that name rows of other tables.
INDEXES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "instance_types": (("family",), ("status",), ("gpu_name",), ("is_kms_eligible",)),
    "kms_verdicts": (("workload", "outcome"),),
    "offerings": (("region", "workload"),),
    "region_listings": (("region",), ("instance_type",)),
    "observations": (("source", "fact"), ("fact", "valid_to")),
    "changes": (("kind",), ("instance_type",)),
    "scrapes": (("source",),),
}

#: Columns that full-text search looks at; the index of a table is called after it, with _fts.
SEARCHED: Mapping[str, tuple[str, ...]] = {
    "instance_types": (
        "instance_type",
        "family",
        "local_storage",
        "gpu_manufacturer",
        "gpu_name",
        "accelerator_name",
        "processor_manufacturer",
        "architectures",
        "status",
        "explanation",
    ),
    "kms_verdicts": ("instance_type", "workload", "outcome", "reason"),
}

_ROWS_AT_ONCE = 5000


def write(connection: Connection, file: Path) -> None:
    """Write every table of a built database into a new SQLite file.

    Args:
        connection: To the built database.
        file: File to make; nothing may be there.

    Raises:
        sqlite3.Error: the file cannot be written.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        target.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        for each in TABLES:
            target.execute(create_sql(each))
            marks = ", ".join("?" * len(each.columns))
            target.executemany(f"INSERT INTO {each.name} VALUES ({marks})", _rows(connection, each))
        for each in TABLES:
            for columns in _indexes(each):
                target.execute(f"CREATE INDEX {each.name}_{'_'.join(columns)} ON {each.name} ({', '.join(columns)})")
        for name, columns in SEARCHED.items():
            _add_search(target, name, columns)
        target.execute("COMMIT")
        target.executescript("ANALYZE; VACUUM")


def create_sql(each: Table) -> str:
    """Return the CREATE TABLE statement, with the references and, where none of its columns may be null, the key."""
    lines = [f"    {c.name} {TYPES[c.type].sqlite}{' NOT NULL' if c.required else ''}" for c in each.columns]
    if each.has_whole_key:
        lines.append(f"    PRIMARY KEY ({', '.join(each.key)})")
    for column, target in each.references.items():
        (key,) = table(target).key
        lines.append(f"    FOREIGN KEY ({column}) REFERENCES {target} ({key})")
    return f"CREATE TABLE {each.name} (\n" + ",\n".join(lines) + "\n)"


def _indexes(each: Table) -> Iterator[tuple[str, ...]]:
    """Columns to index together; one that the key or another index begins with needs none of its own."""
    firsts = {each.key[0]} if each.has_whole_key else set()
    for columns in chain(INDEXES.get(each.name, ()), ((column,) for column in each.references)):
        if columns[0] not in firsts:
            firsts.add(columns[0])
            yield columns


def _rows(connection: Connection, each: Table) -> Iterator[list[Any]]:
    cursor = connection.execute(each.select_sql())
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from ([value.isoformat() if isinstance(value, date) else value for value in row] for row in rows)


def _add_search(target: sqlite3.Connection, name: str, columns: tuple[str, ...]) -> None:
    listed = ", ".join(columns)
    target.execute(f"CREATE VIRTUAL TABLE {name}_fts USING fts5({listed}, content=[{name}], tokenize='unicode61')")
    target.execute(f"INSERT INTO {name}_fts ({name}_fts) VALUES ('rebuild')")
