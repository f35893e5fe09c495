"""The files in ``queries/`` on the site: Datasette's canned queries, and rows for the pages that are made from them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.site.metadata import DATABASE

if TYPE_CHECKING:
    from datasette.app import Datasette


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


async def ask(datasette: Datasette, name: str, **values: str) -> list[dict[str, Any]]:
    """Return the rows of a query; parameters that are not given have their default."""
    query = shipped()[name]
    found = await datasette.get_database(DATABASE).execute(query.sql_for("sqlite"), query.bind(values))
    return [dict(row) for row in found.rows]
