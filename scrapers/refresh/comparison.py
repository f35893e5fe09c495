"""What a refresh changed: the database of before and the new one, compared with the SQL in `sql/`.

`kb.library.changes` compares what one snapshot answers on two days. This tells more than answers: what each source says
otherwise and from which origin, even where another source decides the answer, and what has disappeared.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.dataset.database import connect
from kb.dataset.files import scratch
from kb.dataset.schema.core import quoted
from kb.errors import need

if TYPE_CHECKING:
    import duckdb

SQL_DIR = Path(__file__).parent / "sql"

#: A row of an answer, by name of the column; dates are ISO text.
Row = dict[str, Any]
#: The rows of each part; the query of its name says what they are.
Differences = dict[str, list[Row]]

#: What may differ.
PARTS = ("new_types", "vanished", "facts", "first_facts", "answers", "evidence", "regions", "conflicts")
#: What the parts pick from, as a table and a view of these names.
_BASES = {"said_otherwise": "TABLE", "sentences": "VIEW"}


def compare(before: Path, after: Path) -> Differences:
    """Compare two databases.

    Args:
        before: DuckDB file.
        after: Another one, of the same schema version; or the same, in which sentences may still wait for a review.

    Raises:
        MissingExtraError: duckdb is not installed.
    """
    if before == after:  # DuckDB before 2 does not attach a file twice; sentences may still await a review
        with scratch() as folder:
            return compare(before, Path(shutil.copyfile(after, folder / "after.duckdb")))
    # neither is opened by its own name: a database that is called before.duckdb would take the name of the other
    with closing(need("duckdb", "build", "Comparing databases").connect(":memory:")) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, path in (("before", before), ("after", after)):
            connection.execute(f"ATTACH {quoted(str(path))} AS {name} (READ_ONLY)")
        connection.execute("USE after")
        for name, kind in _BASES.items():
            connection.execute(f"CREATE TEMP {kind} {name} AS {_sql(name)}")
        return {name: _rows(connection, name) for name in PARTS}


def ask(database: Path, names: Sequence[str]) -> list[list[Row]]:
    """The rows of queries in `sql/` that are about one database."""
    with closing(connect(database)) as connection:
        return [_rows(connection, name) for name in names]


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    found = connection.execute(_sql(name))
    columns = [column[0] for column in found.description or ()]
    return [{c: _plain(value) for c, value in zip(columns, row, strict=True)} for row in found.fetchall()]


def _sql(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
