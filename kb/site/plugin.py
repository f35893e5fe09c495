"""The hooks through which Datasette gets this project's pages, links and limits, and its page for errors."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.utils.asgi import Base400, NotFound, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from kb.dataset.schema import TABLES
from kb.library import words
from kb.library.lookup import snapshot, workloads
from kb.library.model import Outcome
from kb.site import pages
from kb.site.http import App, doorkeeper
from kb.site.metadata import DATABASE, shipped

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request
    from jinja2 import Environment

#: Datasette's own plugin for errors, which may print every wrong address as if it were a crash.
REPLACED = "datasette.handle_exception"

#: Pages of Datasette about the server instead of the data, or that change something.
_CLOSED = r"/-/(threads|databases|actor|auth-token|logout|permissions|messages|allow-debug|patterns|plugins)(\..*)?$"

_NAVIGATION = (
    ("/types", "Types"),
    ("/matrix", "Matrix"),
    ("/charts", "Charts"),
    ("/changes", "Changes"),
    ("/queries", "Queries"),
    (f"/{DATABASE}", "Tables"),
)

#: Longest value in bytes that a query may make; SQLite itself would allow a thousand million.
_LONGEST_VALUE = 4_000_000

_STATIC = Path(__file__).parent / "static"

_log = logging.getLogger("uvicorn.error")


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Give the pages their addresses; they come before Datasette's own."""
    return [(_CLOSED, _closed), *pages.ROUTES]


async def _closed() -> None:
    raise NotFound("No such page.")


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Limit what a visitor's SQL can take: nothing attached, no huge values, no monstrous statements."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    conn.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Put the doorkeeper before everything."""
    return doorkeeper


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Give every template, that of an error included, what the frame of a page needs."""
    env.globals.update(
        badge=pages.badge,
        kb_asset=_asset,
        kb_booleans=_BOOLEANS,
        kb_navigation=_NAVIGATION,
        kb_questions=shipped,
        kb_summary=pages.changes.summary,
        kb_symbols=pages.SYMBOLS,
        kb_tables={table.name: table.description for table in TABLES},
        kb_version=lambda: snapshot().data_version,
        kb_words=words,
        kb_workloads=workloads,
    )


@cache
def _asset(name: str) -> str:
    """Return the address of a file in ``static/``, with its digest, so that browsers may keep it."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{name}?{digest}"


@hookimpl
def render_cell(value: Any, column: str) -> Markup | str | None:
    """Link instance types to their page, and show outcomes and booleans in words."""
    if column == "instance_type":
        name = value["value"] if isinstance(value, dict) else value  # Datasette gives references with their label
        if isinstance(name, str) and snapshot().has_type(name):
            return Markup('<a href="/types/{0}">{0}</a>').format(quote(name))
    if column in _OUTCOME_COLUMNS and isinstance(value, str) and value in _OUTCOMES:
        return pages.badge(value)
    if column in _BOOLEANS and value in (0, 1):
        return "yes" if value else "no"
    return None


@hookimpl
async def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Response:
    """Say what is wrong with a request; a fault of the program is logged, and not shown to visitors."""
    title: str | None = None
    more: dict[str, Any] = {}
    if isinstance(exception, Base400):
        status, message = exception.status, str(exception.args[0])
    elif isinstance(exception, DatasetteError):
        # Datasette calls a wrong parameter a fault of its own where it says nothing else
        status = 400 if exception.status == 500 else exception.status
        title, more = exception.title, exception.error_dict
        message = Markup(exception.message) if exception.message_is_html else exception.message  # noqa: S704
    else:
        status, message = 500, "This page could not be made; the reason is in the log of the server."
        _log.error("%s", request.path, exc_info=exception)
    context = {**more, "ok": False, "error": message, "status": status, "title": title}
    if request.path.endswith(".json"):
        return Response.json(context, status=status)
    template = datasette.jinja_env.get_template("error.html")
    body = await template.render_async(context | {"request": request, "urls": datasette.urls})
    return Response.html(body, status=status)


#: SQLite has no type for these.
_BOOLEANS = frozenset(column.name for table in TABLES for column in table.columns if column.type == "BOOLEAN")
_OUTCOMES = frozenset(outcome.value for outcome in Outcome)
_OUTCOME_COLUMNS = frozenset(
    {
        "outcome",
        "says_outcome",
        "outcome_without_local_storage",
        "outcome_without_local_storage_nitro",
        "outcome_with_local_storage",
    }
)
