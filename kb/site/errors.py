"""The page for what went wrong, in place of Datasette's, which may print every wrong address as if it were a crash."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

#: Name of Datasette's own plugin for this.
REPLACED = "datasette.handle_exception"

_log = logging.getLogger("uvicorn.error")


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
    if request.path.endswith(".json"):
        return Response.json({**more, "ok": False, "error": message, "status": status, "title": title}, status=status)
    context = {**more, "error": message, "status": status, "title": title, "request": request}
    body = await datasette.jinja_env.get_template("error.html").render_async(context | {"urls": datasette.urls})
    return Response.html(body, status=status)
