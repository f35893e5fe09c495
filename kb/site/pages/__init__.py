"""The pages that Datasette alone does not have, and their addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kb.site.pages import changes, charts, front, matrix, types
from kb.site.pages.frame import SYMBOLS, badge, view

__all__ = ["ROUTES", "SYMBOLS", "badge", "changes"]

#: Patterns of addresses and the views behind them, as Datasette's hook register_routes takes them.
ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (address, view(page))
    for address, page in (
        (r"/$", front.page),
        (r"/types(?P<json>\.json)?$", types.listing),
        (r"/types/(?P<name>[^/]*?)(?P<json>\.json)?$", types.page),
        (r"/families/(?P<name>[^/]*)$", matrix.family_page),
        (r"/matrix$", matrix.page),
        (r"/charts$", charts.page),
        (r"/changes$", changes.listing),
        (r"/changes\.atom$", changes.feed),
        (r"/changes/(?P<version>[^/]*)$", changes.page),
        (r"/queries$", front.ready_made),
    )
]
