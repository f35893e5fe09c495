"""Runs the build: check and load the inputs, run the numbered SQL files, run the gate, then publish.

Everything happens in a temporary folder beside the target. The target is replaced in one step at the very end, so that
a failed or killed build leaves the previous file as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb import checks
from kb.dataset import files
from kb.dataset.database import Connection, build_info, connect, row_counts
from kb.dataset.files import real, replace_atomically, scratch
from kb.dataset.schema import SCHEMA_VERSION, TABLES
from kb.errors import BuildError, DatabaseError, need
from kb.export import snapshot
from kb.pipeline import inputs, nearest

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
    target = _target(database)
    tell = progress or (lambda number, of, title: None)
    try:
        # DuckDB takes all after a question mark in the path of a file that it writes for options
        with scratch(None if "?" in str(target.parent) else target.parent) as folder:
            temporary = folder / "kb.duckdb"
            with closing(module.connect(str(temporary), config=_STORAGE)) as connection:
                total = _fill(connection, data_dir, tell)
                tell(total - 1, total, "checking")
                made = _examine(connection, database, snapshot_file)
                if gate:
                    checks.require_all(made.checks)
                text = snapshot.render(connection) if snapshot_file else ""
                connection.execute("CHECKPOINT")
            tell(total, total, "publishing")
            publish(temporary, database, snapshot_file, text)
    except OSError as error:
        raise BuildError(f"{database}: {error.strerror}; nothing was published") from error
    except module.Error as error:
        raise BuildError(f"{database}: {str(error).strip()}; nothing was published") from error
    return made


def _target(database: Path) -> Path:
    """The file that a database shall be, whose folder is made; a link to it stays a link."""
    if database.is_dir():
        raise BuildError(f"{database}: is a folder; give the name of a file")
    target = real(database)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(f"{database.parent}: cannot be made: {error.strerror}") from error
    return target


def _fill(connection: Connection, data_dir: Path, tell: Progress) -> int:
    """Load the inputs and run the numbered SQL; returns the number of steps that the whole build has."""
    steps = sorted(SQL_DIR.glob("[0-9]*.sql"))
    total = len(steps) + 3
    connection.execute("SET enable_progress_bar = false")
    tell(1, total, "reading inputs")
    _create_tables(connection, _fingerprint(inputs.load(connection, data_dir)))
    for number, step in enumerate(steps, 2):
        tell(number, total, step.stem.partition("_")[2].replace("_", " "))
        _run_sql(connection, step)
    nearest.fill(connection)
    return total


def _fingerprint(digest: str) -> str:
    """SHA-256 over what makes a database: the digest of its inputs, and the SQL that derives the rest from them."""
    everything = hashlib.sha256(digest.encode())
    for step in sorted(SQL_DIR.glob("[0-9]*.sql")):
        everything.update(step.read_bytes())
    return everything.hexdigest()


def reuse(data_dir: Path, database: Path) -> BuildResult | None:
    """What a build of these inputs would give, where an earlier one left its database; None where it did not.

    Args:
        data_dir: The data folder; every input is checked.
        database: The database that may be there; it is read only.

    Raises:
        InputError: an input is not as it must be; names file and line.
    """
    module = need("duckdb", "build", "The build")
    wanted = _fingerprint(inputs.check(data_dir).digest)
    try:
        with closing(connect(database)) as connection:
            is_same = build_info(connection).get("input_sha256") == wanted
            return _examine(connection, database) if is_same else None
    except (BuildError, DatabaseError, module.Error):
        return None  # whatever is wrong with it, a new one takes its place


def _examine(connection: Connection, database: Path, snapshot_file: Path | None = None) -> BuildResult:
    """Run the data checks on a database that is built, and say what is in it.

    Args:
        connection: A connection to it.
        database: Where it is, or will be.
        snapshot_file: Where its lookup snapshot is, or will be; None for none.

    Raises:
        BuildError: it holds no observation.
    """
    version = build_info(connection).get("data_version")
    if version is None:
        raise BuildError("the inputs hold no observation at all; nothing was published")
    return BuildResult(database, snapshot_file, version, row_counts(connection), checks.run(connection))


def publish(candidate: Path, database: Path, snapshot_file: Path | None, text: str) -> None:
    """Put a finished database in its place, in one step, and then the lookup snapshot in its own.

    Args:
        candidate: The finished database; it is gone afterwards.
        database: DuckDB file to make or replace.
        snapshot_file: Lookup snapshot to make or replace; None for none.
        text: What it shall say.

    Raises:
        BuildError: the database cannot be written, and nothing was published; or the snapshot cannot be.
    """
    target = _target(database)
    try:
        # a write-ahead log that somebody's session left behind belongs to the file that goes away
        target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
        files.publish(candidate, target)
    except OSError as error:
        raise BuildError(f"{database}: {error.strerror}; nothing was published") from error
    try:
        if snapshot_file:
            replace_atomically(snapshot_file, text.encode("utf-8"))
    except OSError as error:
        problem = "the database was published, the snapshot was not"
        raise BuildError(f"{snapshot_file}: {error.strerror}; {problem}") from error


def _create_tables(connection: Connection, fingerprint: str) -> None:
    connection.begin()  # one transaction: each of its own would wait for the disk, hundreds of times
    for table in TABLES:
        connection.execute(table.create_sql())
        for statement in table.comment_sql():
            connection.execute(statement)
    connection.execute("CREATE TEMP TABLE input_build_info (name VARCHAR, value VARCHAR)")
    connection.executemany(
        "INSERT INTO input_build_info VALUES (?, ?)",
        [("schema_version", str(SCHEMA_VERSION)), ("input_sha256", fingerprint)],
    )
    connection.commit()


def _run_sql(connection: Connection, step: Path) -> None:
    module = need("duckdb", "build", "The build")
    try:
        connection.execute(step.read_text(encoding="utf-8"))
    except module.Error as error:
        raise BuildError(f"{step.name}: {str(error).strip()}; nothing was published") from error
