"""Runs the build: check and load the inputs, run the numbered SQL files, run the gate, then publish.

Everything happens in a temporary file beside the target. The target is replaced in one step at the very end, so that a
failed or killed build leaves the previous file as it was.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb import checks
from kb.dataset.files import publish, replace_atomically
from kb.dataset.schema import SCHEMA_VERSION, TABLES
from kb.errors import BuildError, need
from kb.export import snapshot
from kb.pipeline import inputs, nearest

if TYPE_CHECKING:
    import duckdb

SQL_DIR = Path(__file__).parent / "sql"

#: Format of the file. Left to itself DuckDB 2 writes one that no DuckDB before it reads, its own command line included;
#: this one every DuckDB since 1.0 reads.
_STORAGE = {"storage_compatibility_version": "v1.0.0"}

#: Called before each step with its number (from 1), the number of steps, and its title.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class BuildResult:
    """What a build made.

    Attributes:
        database: The DuckDB file.
        snapshot: The lookup snapshot written, or None where none was asked for.
        data_version: CalVer of the newest change.
        rows: Rows per table.
        checks: Outcome of every data check. Those of level review may have failed; without the gate, any.
    """

    database: Path
    snapshot: Path | None
    data_version: str
    rows: dict[str, int]
    checks: tuple[checks.CheckResult, ...]


def build(
    data_dir: Path,
    database: Path,
    snapshot_file: Path | None = None,
    progress: Progress | None = None,
    *,
    gate: bool = True,
) -> BuildResult:
    """Build the database, and the snapshot if a file for it is given.

    Args:
        data_dir: Folder with ``observations/``, ``curated/`` and ``scrapes.csv``.
        database: DuckDB file to make or replace.
        snapshot_file: Lookup snapshot to make or replace; None for none.
        progress: Told of each step.
        gate: Refuse to publish what a data check does not accept. Without it the outcome of the checks is in the
            result only; for a candidate that nobody reads yet.

    Raises:
        InputError: an input is not as it must be; names file and line.
        GateError: a data check of level error failed; nothing was published.
        BuildError: a SQL step failed, or the target cannot be written; nothing was published.
    """
    module = need("duckdb", "build", "The build")
    steps = sorted(SQL_DIR.glob("[0-9]*.sql"))
    total = len(steps) + 3
    tell = progress or (lambda number, of, title: None)
    temporary = _temporary_file(database)
    try:
        connection: duckdb.DuckDBPyConnection = module.connect(str(temporary), config=_STORAGE)
        try:
            connection.execute("SET enable_progress_bar = false")
            tell(1, total, "reading inputs")
            digest = inputs.load(connection, data_dir)
            _create_tables(connection, digest)
            for number, step in enumerate(steps, 2):
                tell(number, total, _title(step))
                _run_sql(connection, step)
            nearest.fill(connection)
            tell(total - 1, total, "checking")
            results = checks.run(connection)
            if gate:
                checks.require_all(results)
            rows = {table.name: _count(connection, table.name) for table in TABLES}
            version = _data_version(connection)
            text = snapshot.render(connection) if snapshot_file else None
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
        tell(total, total, "publishing")
        # a write-ahead log that somebody's session left behind belongs to the file that goes away
        database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
        publish(temporary, database)
    except OSError as error:
        raise BuildError(f"{error.filename or database}: {error.strerror}; nothing was published") from error
    except module.Error as error:
        raise BuildError(f"{database}: {str(error).strip()}; nothing was published") from error
    finally:
        _remove(temporary)
    if snapshot_file and text is not None:
        _write_snapshot(snapshot_file, text)
    return BuildResult(database, snapshot_file, version, rows, results)


def _write_snapshot(file: Path, text: str) -> None:
    try:
        replace_atomically(file, text.encode("utf-8"))
    except OSError as error:
        raise BuildError(f"{file}: {error.strerror}; the database was published, the snapshot was not") from error


def _temporary_file(database: Path) -> Path:
    """Choose this build's temporary file, after removing what killed builds left behind."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(f"{database.parent}: cannot be made: {error.strerror}") from error
    if database.is_dir():
        raise BuildError(f"{database}: is a folder; give the name of a file")
    temporary = database.parent / f".kb-build-{os.getpid()}-{database.name}"
    for leftover in database.parent.glob(f".kb-build-*-{glob.escape(database.name)}*"):
        found = re.match(r"\.kb-build-(\d+)-", leftover.name)
        if found and (leftover.name.startswith(temporary.name) or not _is_running(int(found[1]))):
            _remove(leftover)
    return temporary


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(temporary: Path) -> None:
    """Remove a temporary database and what DuckDB keeps beside it: a log, and a folder for what memory cannot hold."""
    for path in temporary.parent.glob(f"{glob.escape(temporary.name)}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _create_tables(connection: duckdb.DuckDBPyConnection, digest: str) -> None:
    connection.begin()  # one transaction: each of its own would wait for the disk, hundreds of times
    for table in TABLES:
        connection.execute(table.create_sql())
        for statement in table.comment_sql():
            connection.execute(statement)
    connection.execute("CREATE TEMP TABLE input_build_info (name VARCHAR, value VARCHAR)")
    connection.executemany(
        "INSERT INTO input_build_info VALUES (?, ?)",
        [("schema_version", str(SCHEMA_VERSION)), ("input_sha256", digest)],
    )
    connection.commit()


def _run_sql(connection: duckdb.DuckDBPyConnection, step: Path) -> None:
    module = need("duckdb", "build", "The build")
    try:
        connection.execute(step.read_text(encoding="utf-8"))
    except module.Error as error:
        raise BuildError(f"{step.name}: {str(error).strip()}; nothing was published") from error


def _title(step: Path) -> str:
    return step.stem.partition("_")[2].replace("_", " ")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def _data_version(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute("SELECT value FROM build_info WHERE name = 'data_version'").fetchone()
    if found is None or found[0] is None:
        raise BuildError("the inputs hold no observation at all; nothing was published")
    return str(found[0])
