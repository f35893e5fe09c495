"""Opens the database that ``kb build`` makes, and says what is wrong with one that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb._version import SCHEMA_VERSION
from kb.dataset.paths import database_file
from kb.errors import DatabaseError, need

if TYPE_CHECKING:
    import duckdb

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
        connection: duckdb.DuckDBPyConnection = module.connect(str(file), read_only=True)
    except module.Error as error:
        raise DatabaseError(f"{file}: not a readable DuckDB database ({_first_line(error)}); {_REBUILD}") from error
    try:
        connection.execute("SET enable_progress_bar = false")
        _check_version(connection, file)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    module = need("duckdb", "build", "The database")
    try:
        found = connection.execute("SELECT value FROM build_info WHERE name = 'schema_version'").fetchone()
    except module.Error as error:
        raise DatabaseError(f"{file}: a DuckDB database, but not one of this project; {_REBUILD}") from error
    if found is None or found[0] != str(SCHEMA_VERSION):
        shown = found[0] if found else "none"
        raise DatabaseError(
            f"{file}: schema version {shown}, but this program reads version {SCHEMA_VERSION}; {_REBUILD}"
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
