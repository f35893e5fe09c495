"""One family: its types, and what becomes of a key on each in each workload."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import kb
from kb.library.lookup import snapshot
from kb.library.model import Outcome
from kb.site.pages.frame import in_order, missing, render, shortened

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request, Response


async def page(request: Request, datasette: Datasette) -> Response:
    """Tell of a family; of one workload only where the address names it."""
    asked = unquote(request.url_vars["name"]).strip().lower()
    types = kb.find(family=asked)
    if not types:
        return await missing(
            datasette, request, f"There is no family “{shortened(asked)}”.", [("/matrix", "All families")]
        )
    workload = (request.args.get("workload") or "").strip().lower()
    if workload and workload not in kb.workloads():
        near = [(f"/families/{asked}?workload={each}", each) for each in kb.workloads()]
        return await missing(datasette, request, f"There is no workload “{shortened(workload)}”.", near)
    rows = []
    for each in types:
        verdicts = [
            kb.volume_kms(each.instance_type, name) for name in ((workload,) if workload else in_order(kb.workloads()))
        ]
        rows.append((each, verdicts))
    offered = [
        position
        for position in range(len(rows[0][1]))
        if any(verdicts[position].outcome is not Outcome.NOT_OFFERED for _, verdicts in rows)
    ]
    return await render(
        datasette,
        request,
        "kb_family.html",
        family=asked,
        workload=workload,
        title=snapshot().title(workload) if workload else "",
        rows=rows,
        columns=[(rows[0][1][position].workload, position) for position in offered],
        workloads=kb.workloads(),
    )
