"""Charts, drawn once on the server as SVG by Vega-Lite, so that they need no script and no other host."""

from __future__ import annotations

import asyncio
from typing import Any

import vl_convert
from datasette.utils.asgi import Response
from markupsafe import Markup

from kb.library.lookup import snapshot
from kb.site.metadata import DATABASE, shipped
from kb.site.pages.frame import Visit

#: Text and lines take the colour of the text around them, so that they can be read in light and dark.
_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "padding": {"left": 40, "right": 10, "top": 5, "bottom": 5},  # fonts differ from system to system
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "titleColor": "currentColor",
        "tickColor": "currentColor",
        "domainColor": "currentColor",
        "gridColor": "currentColor",
        "gridOpacity": 0.15,
        "labelFontSize": 12,
        "titleFontSize": 12,
    },
    "legend": {"labelColor": "currentColor", "titleColor": "currentColor", "labelFontSize": 12, "orient": "top"},
}
_WIDTH, _HEIGHT = 640, 260

_STORAGE = {"without_local_storage": "without", "with_local_storage": "with", "unknown": "unknown"}
#: Colours that differ in lightness too, for those who tell colours badly, and show on light and dark.
_STORAGE_COLOURS = {"without": "#2a9d6f", "with": "#d1603d", "unknown": "#8a8f98"}
#: On the dark end of the scale of arrivals, from this share of the greatest on, white is read better than black.
_WHITE_FROM = 0.7


#: The charts that were drawn, by the digest of the data.
_drawn: dict[str, tuple[Markup, Markup]] = {}


async def page(visit: Visit) -> Response:
    """Show the charts, each with its figures as a table below."""
    storage = await visit.ask("local-storage-by-year")
    arrivals = await visit.ask("arrivals-by-year")
    data = snapshot().input_sha256
    if data not in _drawn:  # it takes a second, which others shall not wait for
        _drawn[data] = await asyncio.to_thread(lambda: (_svg(_storage_chart(storage)), _svg(_arrivals_chart(arrivals))))
    charts = [
        {
            "query": shipped()[name],
            "svg": svg,
            "rows": rows,
            "columns": list(rows[0]) if rows else [],
        }
        for name, svg, rows in (
            ("local-storage-by-year", _drawn[data][0], storage),
            ("arrivals-by-year", _drawn[data][1], arrivals),
        )
    ]
    return await visit.page("kb_charts.html", charts=charts, database=DATABASE)


def _svg(chart: dict[str, Any]) -> Markup:
    return Markup(vl_convert.vegalite_to_svg(chart))  # noqa: S704 - the text is made here, from our own database


def _storage_chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    values = [
        {"year": str(row["year"]), "types": row[column], "storage": word, "order": order}
        for row in rows
        for order, (column, word) in enumerate(_STORAGE.items())
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Number of listed instance types at the end of each year, by local storage",
        "config": _CONFIG,
        "width": _WIDTH,
        "height": _HEIGHT,
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}},
            "y": {"field": "types", "type": "quantitative", "title": "instance types"},
            "order": {"field": "order"},
            "color": {
                "field": "storage",
                "title": "local storage",
                "scale": {"domain": list(_STORAGE_COLOURS), "range": list(_STORAGE_COLOURS.values())},
            },
        },
    }


def _arrivals_chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    values = [
        {"year": str(row["year"]), "workload": row["workload"].replace("_", " "), "types": row["arrivals"]}
        for row in rows
    ]
    most = max((row["arrivals"] for row in rows), default=1)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Number of instance types that were first listed for each workload in each year",
        "config": _CONFIG,
        "width": _WIDTH,
        "height": {"step": 24},
        "data": {"values": values},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "orient": "top"}},
            "y": {"field": "workload", "type": "nominal", "title": None, "axis": {"labelLimit": 300}},
        },
        "layer": [
            {
                "mark": {"type": "rect"},
                "encoding": {
                    "color": {
                        "field": "types",
                        "type": "quantitative",
                        "title": "types first listed",
                        "scale": {"domain": [0, most], "range": ["#cfe6f5", "#0b4f7d"]},
                    }
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": "types", "type": "quantitative"},
                    "color": {
                        "condition": {"test": f"datum.types > {_WHITE_FROM * most}", "value": "white"},
                        "value": "black",
                    },
                },
            },
        ],
    }
