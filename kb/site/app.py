"""Makes the web application: Datasette on one immutable SQLite file, with this project's pages and safe settings."""

from __future__ import annotations

import atexit
import socket
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.dataset.database import build_info, connect
from kb.dataset.files import scratch
from kb.dataset.schema import SCHEMA_VERSION
from kb.errors import DatabaseError, SnapshotError, need
from kb.export import export
from kb.export.folder import DATABASE as SQLITE
from kb.export.folder import LOOKUP
from kb.export.runner import Progress
from kb.library.lookup import use
from kb.library.snapshot import Snapshot

if TYPE_CHECKING:
    from datasette.app import Datasette

#: Every setting that is not Datasette's own default, and why.
SETTINGS: dict[str, Any] = {
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 300,
    "max_returned_rows": 2000,
    "max_csv_mb": 50,
    "num_sql_threads": 6,  # one person's slow query shall not keep others waiting
    "suggest_facets": False,  # each table has its own
    "truncate_cells_html": 300,
}

_FOLDER = Path(__file__).parent
_REDO = "run `kb export` to make it again"


def ensure_export(database: Path, folder: Path, progress: Progress | None = None, *, is_required: bool = True) -> bool:
    """See to it that an export of the database's data is in the folder.

    Args:
        database: The built DuckDB file.
        folder: Folder of the export.
        progress: Told of each step of making it.
        is_required: Whether the database must be there; else an export alone will do, as on a server.

    Returns:
        Whether the export had to be made.

    Raises:
        DatabaseError: the database is missing, damaged, or of another schema version.
        ExportError: the export cannot be written.
    """
    if not is_required and not database.is_file() and (folder / SQLITE).is_file():
        return False
    with closing(connect(database)) as connection:
        digest = build_info(connection).get("input_sha256")
    if digest is not None and _holds(folder, digest):
        return False
    export(database, folder, ("sqlite",), progress)
    return True


def _holds(folder: Path, digest: str) -> bool:
    """Whether an export in the folder is usable and of the data with this digest."""
    try:
        found = _read_info(folder / SQLITE).get("input_sha256")
        return found == digest == Snapshot(str(folder / LOOKUP)).input_sha256
    except (DatabaseError, SnapshotError):
        return False  # whatever is wrong with the old one, a new one takes its place


def make(folder: Path, *, cors: bool = False) -> Datasette:
    """Make the application on an export.

    The process answers lookups from the export's snapshot from then on, so that pages and tables tell of the same data.

    Args:
        folder: Folder of an export that has SQLite.
        cors: Let pages of other sites read the data.

    Raises:
        DatabaseError: a file is missing, damaged, of another schema version, or not of the same data as the other.
        SnapshotError: the snapshot cannot be used.
        MissingExtraError: a package of the extra ``web`` is not installed.
    """
    for package in ("datasette", "feedgen", "vl_convert"):
        need(package, "web", "The web site")
    from datasette.app import Datasette
    from datasette.plugins import pm

    from kb.site import metadata, plugin

    info = _read_info(folder / SQLITE)
    snapshot = use(folder / LOOKUP)
    if info.get("input_sha256") != snapshot.input_sha256:
        raise DatabaseError(f"{folder / LOOKUP}: not made from the same data as {SQLITE} beside it; {_REDO}")
    if not pm.has_plugin(plugin.__name__):
        pm.register(plugin, plugin.__name__)
        pm.unregister(name=plugin.REPLACED)
    return Datasette(
        immutables=[_plain(folder / SQLITE)],
        metadata=metadata.metadata(),
        settings=SETTINGS,
        template_dir=str(_FOLDER / "templates"),
        static_mounts=[("assets", str(_FOLDER / "static"))],
        cors=cors,
    )


def _plain(file: Path) -> str:
    """A path to a file that Datasette can open: it puts the path into a URI as it is, and some characters end one."""
    if not set("?#%") & set(str(file)):
        return str(file)
    stack = ExitStack()
    atexit.register(stack.close)
    link = stack.enter_context(scratch()) / file.name
    link.symlink_to(file.resolve())
    return str(link)


def run(site: Datasette, listener: socket.socket) -> None:
    """Serve the application on an open socket until the process is told to stop."""
    import uvicorn

    config = uvicorn.Config(
        site.app(), log_level="warning", lifespan="on", server_header=False, timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[listener])


def _read_info(sqlite_file: Path) -> dict[str, str]:
    """Return the table build_info of an exported SQLite file.

    Raises:
        DatabaseError: the file is missing, damaged, or of another schema version.
    """
    if not sqlite_file.is_file():
        raise DatabaseError(f"{sqlite_file}: no SQLite file there; {_REDO}")
    try:
        with closing(sqlite3.connect(f"{sqlite_file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            info = dict(connection.execute("SELECT name, value FROM build_info"))
    except sqlite3.Error as error:
        raise DatabaseError(f"{sqlite_file}: not a usable export ({error}); {_REDO}") from error
    if problem != "ok":
        raise DatabaseError(f"{sqlite_file}: damaged ({problem.splitlines()[0]}); {_REDO}")
    if info.get("schema_version") != str(SCHEMA_VERSION):
        shown = info.get("schema_version", "none")
        raise DatabaseError(f"{sqlite_file}: schema version {shown}, but this reads version {SCHEMA_VERSION}; {_REDO}")
    return info
