"""The files in ``queries/`` on the site, as Datasette's canned queries."""

from __future__ import annotations

from functools import cache
from typing import Any

from kb.dataset import queries
from kb.dataset.paths import queries_dir


@cache
def shipped() -> dict[str, queries.Query]:
    """Return every query by name, read once."""
    return queries.load(queries_dir())


def canned() -> dict[str, dict[str, Any]]:
    """Return the queries in the form that Datasette takes."""
    return {
        query.name: {
            "sql": query.sql_for("sqlite"),
            "title": query.title,
            "description": query.description,
            "params": [parameter.name for parameter in query.parameters],
        }
        for query in shipped().values()
    }
