"""Opens the database that ``kb build`` makes, and says what is wrong with one that cannot be used."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kb._version import SCHEMA_VERSION
from kb.dataset.paths import database_file
from kb.dataset.schema import TABLES
from kb.errors import DatabaseError, need

if TYPE_CHECKING:
    import duckdb

#: A connection, for annotations; duckdb itself comes with an extra and is imported where one is opened.
Connection: TypeAlias = "duckdb.DuckDBPyConnection"

_REBUILD = "run `kb build` to make it"


def connect(path: str | Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open the database that ``kb build`` makes, read-only.

    Args:
        path: The DuckDB file. The default is the file that ``kb build`` writes, or ``KB_DATABASE`` if set.

    Returns:
        A read-only DuckDB connection with every table; ``kb schema`` describes them.

    Raises:
        MissingExtraError: duckdb is not installed (``pip install 'sagemaker-storage-kb[build]'``).
        DatabaseError: the file is missing, not a DuckDB file, not of this project, or of another schema version.
    """
    module = need("duckdb", "build", "The database")
    file = Path(path) if path is not None else database_file()
    if not file.is_file():
        raise DatabaseError(f"{file}: no database there; {_REBUILD}")
    try:
        connection: Connection = module.connect(str(file), read_only=True)
    except module.Error as error:
        line = str(error).strip().splitlines()[0]
        raise DatabaseError(f"{file}: not a readable DuckDB database ({line}); {_REBUILD}") from error
    with ExitStack() as stack:
        stack.callback(connection.close)
        try:
            connection.execute("SET enable_progress_bar = false")
            found = build_info(connection).get("schema_version", "none")
        except module.Error as error:
            raise DatabaseError(f"{file}: a DuckDB database, but not one of this project; {_REBUILD}") from error
        if found != str(SCHEMA_VERSION):
            raise DatabaseError(
                f"{file}: schema version {found}, but this program reads version {SCHEMA_VERSION}; {_REBUILD}"
            )
        stack.pop_all()
    return connection


def build_info(connection: Connection) -> dict[str, str]:
    """Return the table ``build_info``: what was built, and from what."""
    return dict(connection.execute("SELECT name, value FROM build_info").fetchall())


def row_counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table."""
    return {each.name: connection.execute(f"SELECT count(*) FROM {each.name}").fetchall()[0][0] for each in TABLES}
