"""The list of ready-made questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.site.metadata import DATABASE
from kb.site.pages.frame import render
from kb.site.questions import shipped

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response


async def listing(request: Request, datasette: Datasette) -> Response:
    """List every question with the address of its answer."""
    return await render(
        datasette,
        request,
        "kb_queries.html",
        queries=sorted(shipped().values(), key=lambda query: query.title),
        database=DATABASE,
    )
