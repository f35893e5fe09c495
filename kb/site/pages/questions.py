"""The page with all ready-made queries."""

from __future__ import annotations

from datasette.utils.asgi import Response

from kb.site.metadata import DATABASE
from kb.site.pages.frame import Visit
from kb.site.questions import shipped


async def listing(visit: Visit) -> Response:
    """List every query with its address."""
    return await visit.page(
        "kb_queries.html",
        queries=sorted(shipped().values(), key=lambda query: query.title),
        database=DATABASE,
    )
