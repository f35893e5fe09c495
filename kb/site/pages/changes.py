"""What changed: the data versions, a page for each, and an Atom feed."""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from datasette.utils.asgi import Response
from feedgen.feed import FeedGenerator

import kb
from kb.library.changes import HEADINGS, grouped
from kb.library.model import Version
from kb.site.metadata import DATABASE, TITLE
from kb.site.pages.frame import Missing, Visit, shortened

#: Columns of a change as headings.
COLUMNS = {
    "instance_type": "Type",
    "workload": "Workload",
    "what": "What",
    "old_value": "Before",
    "new_value": "After",
}

_IN_FEED = 30
#: Changes of one kind that a page writes out; the table has them all.
_SHOWN = 200

_CHANGES = """
SELECT kind, instance_type, workload, what, old_value, new_value, origin
FROM changes WHERE version = :version ORDER BY kind, instance_type, workload, what
"""


async def listing(visit: Visit) -> Response:
    """List the data versions, newest first, year by year."""
    newest_first = list(reversed(kb.versions()))
    years = [(year, list(found)) for year, found in groupby(newest_first, key=lambda v: v.released_on.year)]
    return await visit.page("kb_changes.html", years=years, total=len(newest_first))


async def page(visit: Visit) -> Response:
    """Tell what one data version changed."""
    asked = visit.part("version").replace("-", ".")
    found = kb.versions()
    position = next((n for n, version in enumerate(found) if version.version == asked), None)
    if position is None:
        raise Missing(f"There is no data version “{shortened(asked)}”.", [("/changes", "All versions")])
    of_kind = grouped(await visit.rows(_CHANGES, version=asked), lambda row: row["kind"])
    sections = [
        {"kind": kind, "heading": heading, "count": len(of_kind[kind]), "rows": of_kind[kind][:_SHOWN]}
        for kind, heading in HEADINGS.items()
        if kind in of_kind
    ]
    return await visit.page(
        "kb_version.html",
        version=found[position],
        older=found[position - 1] if position else None,
        newer=found[position + 1] if position + 1 < len(found) else None,
        sections=sections,
        columns=_columns,
        headings=COLUMNS,
        database=DATABASE,
    )


def summary(version: Version) -> str:
    """Return how many changes of which kind a version has, in words, the weightiest first."""
    counts = dict(part.split(" ", 1)[::-1] for part in version.summary.split(", "))
    return "; ".join(f"{heading}: {counts[kind]}" for kind, heading in HEADINGS.items() if kind in counts)


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    """The columns in which at least one row has something."""
    return [name for name in COLUMNS if any(row[name] for row in rows)]


async def feed(visit: Visit) -> Response:
    """Return the newest data versions as an Atom feed."""
    versions = list(reversed(kb.versions()))[:_IN_FEED]
    address = partial(visit.datasette.absolute_url, visit.request)
    made = FeedGenerator()
    made.id(_identifier("feed"))
    made.title(f"{TITLE}: what changed")
    made.link(href=address("/changes.atom"), rel="self")
    made.link(href=address("/changes"), rel="alternate")
    made.author({"name": "SageMaker storage knowledge base"})
    made.updated(_moment(versions[0]))
    for version in versions:
        entry = made.add_entry(order="append")
        entry.id(_identifier(version.version))
        entry.title(f"{version.version}: {summary(version)}")
        entry.link(href=address(f"/changes/{quote(version.version)}"))
        entry.updated(_moment(version))
        entry.summary(f"{version.changes} changes. {summary(version)}.")
    return Response(made.atom_str(pretty=True), content_type="application/atom+xml; charset=utf-8")


def _identifier(name: str) -> str:
    """An identifier that stays the same wherever the site runs."""
    return uuid5(NAMESPACE_URL, f"sagemaker-storage-kb/changes/{name}").urn


def _moment(version: Version) -> datetime:
    return datetime.combine(version.released_on, time(), UTC)
