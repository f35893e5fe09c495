"""One family: its types, and the effect of a key on each in each workload."""

from __future__ import annotations

from datasette.utils.asgi import Response

import kb
from kb.library.lookup import snapshot
from kb.library.model import Outcome
from kb.site.pages.frame import Missing, Visit, in_order, shortened


async def page(visit: Visit) -> Response:
    """Show a family, in one workload if the address names one."""
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
