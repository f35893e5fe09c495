"""The matrix: families and workloads, each cell with the outcomes of the family's types; and a page for each family."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup

import kb
from kb.library import words
from kb.library.changes import grouped
from kb.library.lookup import snapshot
from kb.library.model import Outcome
from kb.site.pages.frame import SYMBOLS, Missing, Visit, in_order, shortened

_STORAGE = {"yes": "with local storage", "no": "without local storage", "": "all families"}


async def page(visit: Visit) -> Response:
    """Show the matrix; ``storage=yes`` or ``no`` leaves the other families out."""
    wanted = visit.value("storage") if visit.value("storage") in _STORAGE else ""
    rows = [row for row in _rows(snapshot().input_sha256) if not wanted or row["storage"] == wanted]
    return await visit.page(
        "kb_matrix.html",
        rows=rows,
        workloads=[(name, snapshot().title(name)) for name in in_order(kb.workloads())],
        outcomes=list(Outcome),
        wanted=wanted,
        choices=_STORAGE,
    )


@cache
def _rows(_data: str) -> list[dict[str, Any]]:
    """A row per family; the argument is the digest of the data that it is made from."""
    families = grouped(kb.find(), lambda kind: kind.family)
    return [_row(family, [kind.instance_type for kind in kinds]) for family, kinds in sorted(families.items())]


_CELL = Markup(
    '<td class="{kind}"><a href="/families/{family}?workload={workload}" title="{family}, {workload}: {words}{of}">'
    '<span aria-hidden="true">{signs}</span><span class="hidden">{family}, {workload}: {words}</span></a></td>'
)


def _row(family: str, names: list[str]) -> dict[str, Any]:
    stores = {kb.lookup(name).has_instance_store for name in names}
    storage = "unknown" if None in stores else "some" if len(stores) > 1 else "yes" if True in stores else "no"
    cells = Markup("")
    for workload in in_order(kb.workloads()):
        verdicts = [kb.volume_kms(name, workload) for name in names]
        counts = Counter(v.outcome.value for v in verdicts if v.outcome is not Outcome.NOT_OFFERED)
        shown = [outcome for outcome, _ in counts.most_common()] or [Outcome.NOT_OFFERED.value]
        marked = any(v.evidence_changed for v in verdicts)
        cells += _CELL.format(
            kind="mixed" if len(shown) > 1 else f"o-{shown[0]}",
            family=family,
            workload=workload,
            words=", ".join(words.outcome(outcome) for outcome in shown),
            of=f" ({counts.total()} of {len(names)} types)" if counts else "",
            signs="".join(SYMBOLS[outcome] for outcome in shown) + "*" * marked,
        )
    return {"family": family, "storage": storage, "cells": cells}


async def family_page(visit: Visit) -> Response:
    """Show the types of a family and the effect of a key on each, in one workload if the address names one."""
    asked = visit.part("name").lower()
    types = kb.find(family=asked)
    if not types:
        raise Missing(f"There is no family “{shortened(asked)}”.", [("/matrix", "All families")])
    workload = visit.workload(f"/families/{asked}?")
    names = (workload,) if workload else in_order(kb.workloads())
    rows = [(each, [kb.volume_kms(each.instance_type, name) for name in names]) for each in types]
    offered = [
        position
        for position in range(len(rows[0][1]))
        if any(verdicts[position].outcome is not Outcome.NOT_OFFERED for _, verdicts in rows)
    ]
    return await visit.page(
        "kb_family.html",
        family=asked,
        workload=workload,
        title=snapshot().title(workload) if workload else "",
        rows=rows,
        columns=[(rows[0][1][position].workload, position) for position in offered],
        workloads=kb.workloads(),
    )
