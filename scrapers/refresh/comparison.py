"""What differs between the database of before and the one after a refresh, asked with the SQL in `sql/`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kb.dataset.schema import hardware
from kb.errors import need

SQL_DIR = Path(__file__).parent / "sql"

#: A row of an answer, by name of the column.
Row = dict[str, Any]


@dataclass(frozen=True)
class Differences:
    """What differs; each part is the rows of the query of its name, and `evidence` those of `sentences`.

    Attributes:
        new_types: Instance types that were not known before.
        vanished: What a source showed before and does not show any more.
        facts: Hardware facts that a source states otherwise than before.
        first_facts: How many facts a source states about types that it did not describe before.
        answers: Types whose answer in a workload differs.
        evidence: Watched sentences that changed and that nobody has confirmed yet; `is_news` is false where that was so
            before.
        regions: Listings per Region that came or went.
        conflicts: Disagreements between sources that came or went.
    """

    new_types: list[Row]
    vanished: list[Row]
    facts: list[Row]
    first_facts: list[Row]
    answers: list[Row]
    evidence: list[Row]
    regions: list[Row]
    conflicts: list[Row]

    def as_dict(self) -> dict[str, list[Row]]:
        """The rows by name of the part."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def compare(before: Path, after: Path) -> Differences:
    """Compare two databases.

    Args:
        before: DuckDB file.
        after: Another one, of the same schema version.
    """
    with _opened(before=before, after=after) as connection:
        connection.execute("CREATE TEMP TABLE hardware_facts (fact VARCHAR)")
        facts = [[column.name] for column in hardware.FACTS if column.name != "is_present"]
        connection.executemany("INSERT INTO hardware_facts VALUES (?)", facts)
        found = {field.name: _rows(connection, field.name) for field in fields(Differences) if field.name != "evidence"}
    return Differences(**found, evidence=_evidence(before, after))


def ask(database: Path, names: Sequence[str]) -> list[list[Row]]:
    """The rows of queries in `sql/` that are about one database."""
    with _opened(kb=database) as connection:
        connection.execute("USE kb")
        return [_rows(connection, name) for name in names]


def _evidence(before: Path, after: Path) -> list[Row]:
    """Sentences that nobody has confirmed yet, those that were so before marked as no news."""
    ([earlier], [later]) = ask(before, ["sentences"]), ask(after, ["sentences"])
    known = {_wording(row) for row in earlier}
    return [row | {"is_news": _wording(row) not in known} for row in later if row["status"] in ("changed", "vanished")]


def _wording(row: Row) -> tuple[str, str, str | None]:
    return (row["sentence_id"], row["status"], row["fingerprint"])


@contextlib.contextmanager
def _opened(**databases: Path) -> Iterator[Any]:
    """A connection that sees databases under these names, and can change none."""
    module = need("duckdb", "build", "Comparing databases")
    with contextlib.closing(module.connect(":memory:")) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, path in databases.items():
            quoted = str(path).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
        yield connection


def _rows(connection: Any, name: str) -> list[Row]:
    found = connection.execute((SQL_DIR / f"{name}.sql").read_text(encoding="utf-8"))
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
