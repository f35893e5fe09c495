"""The front page: a box that answers the question, and what the words mean; and the list of ready-made queries."""

from __future__ import annotations

from datetime import date
from typing import Any

from datasette.utils.asgi import Response

import kb
from kb.library import words
from kb.library.changes import grouped
from kb.library.lookup import snapshot
from kb.library.model import Outcome
from kb.site.metadata import DATABASE, shipped
from kb.site.pages.frame import Visit, in_order

#: Names that show three different answers.
EXAMPLES = ("ml.g6e.xlarge", "ml.m5.xlarge", "ml.trn2.48xlarge")

_COUNTS = """
SELECT
    count(*) AS types,
    count(CASE WHEN has_nvme_instance_store THEN 1 END) AS with_local_storage,
    count(CASE WHEN has_instance_store IS NULL THEN 1 END) AS unknown,
    (SELECT count(*) FROM contradictions) AS contradictions,
    (SELECT count(*) FROM name_heuristic WHERE error IS NOT NULL) AS heuristic_errors,
    (SELECT max(observed_on) FROM scrapes) AS last_read
FROM instance_types
"""


async def page(visit: Visit) -> Response:
    """Show the front page instead of Datasette's, which counts every table and checks permissions one by one."""
    [counts] = await visit.rows(_COUNTS)
    return await visit.page(
        "kb_front.html",
        examples=EXAMPLES,
        counts=counts,
        outcomes=[(outcome.value, words.OUTCOME_MEANINGS[outcome]) for outcome in Outcome],
        rules=_rules(),
        newest=list(reversed(kb.versions()))[:4],
    )


def _rules() -> list[dict[str, Any]]:
    """The rules of today, workloads with the same ones together."""
    rules = snapshot().rule_outcomes(date.today())
    return [
        {
            "without": without,
            "with_storage": with_storage,
            "workloads": [(name, snapshot().title(name)) for name in workloads],
        }
        for (without, with_storage), workloads in grouped(in_order(rules), lambda name: rules[name]).items()
    ]


async def ready_made(visit: Visit) -> Response:
    """List every query with its address."""
    return await visit.page(
        "kb_queries.html",
        queries=sorted(shipped().values(), key=lambda query: query.title),
        database=DATABASE,
    )
