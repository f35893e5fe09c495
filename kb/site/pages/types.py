"""Instance types: the search, and a page with the whole answer for each."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from math import ceil
from urllib.parse import quote

from datasette.utils.asgi import Response

import kb
from kb.library import words
from kb.library.answers import Answer, answer, as_json
from kb.library.changes import days, events_of, grouped
from kb.library.lookup import read_day, snapshot
from kb.library.model import InstanceType, Outcome
from kb.site.pages.frame import COMMON, Missing, Visit, in_order, shortened

_ALTERNATIVES_SHOWN = 5
_PER_PAGE = 100
#: Words of a search beyond these are left out.
_WORDS = 8

_SEARCH = """
SELECT t.instance_type
FROM instance_types_fts AS f
JOIN instance_types AS t ON t.rowid = f.rowid
WHERE f.instance_types_fts MATCH :words
ORDER BY t.family, t.vcpus IS NULL, t.vcpus, t.instance_type
"""
_SEARCH_REASONS = "SELECT count(*) AS number FROM kms_verdicts_fts WHERE kms_verdicts_fts MATCH :words"


async def listing(visit: Visit) -> Response:
    """Lead to the type whose name was typed, or list the types that match the words."""
    asked = visit.value("q")
    workload = visit.workload(f"/types?q={quote(asked)}&")
    # what was typed may be a name, with or without ``ml.``
    name = next((each for each in (asked.lower(), f"ml.{asked.lower()}") if snapshot().has_type(each)), None)
    if name is not None:
        anchor = f"#{workload}" if workload else ""
        return Response.redirect(f"/types/{quote(name)}{'.json' if visit.is_json else ''}{anchor}")
    found, reasons = await _search(visit, asked) if asked else (list(snapshot().type_names), 0)
    if asked and not found and not reasons:
        _known(asked)
    if visit.is_json:
        return Response.json(found)
    last = max(1, ceil(len(found) / _PER_PAGE))
    wanted = visit.value("page")
    number = min(max(int(wanted), 1), last) if re.fullmatch(r"[0-9]{1,6}", wanted) else 1
    shown = [kb.lookup(each) for each in found[(number - 1) * _PER_PAGE : number * _PER_PAGE]]
    verdicts = {t.instance_type: kb.volume_kms(t.instance_type, workload) for t in shown} if workload else {}
    return await visit.page(
        "kb_types.html",
        asked=asked,
        workload=workload,
        total=len(found),
        types=shown,
        verdicts=verdicts,
        reasons=reasons,
        number=number,
        last=last,
        query=f"q={quote(asked)}&workload={quote(workload)}",
    )


async def page(visit: Visit) -> Response:
    """Show everything about one type, now or as of a day."""
    asked = visit.part("name")
    as_of = _day(visit.value("as_of"))
    kind = _known(asked, as_of)
    if visit.is_json:
        return Response.json(as_json(kind, [answer(kind, workload, as_of=as_of) for workload in kb.workloads()]))
    if asked != kind.instance_type:
        return Response.redirect(f"/types/{quote(kind.instance_type)}")
    answers = [answer(kind, workload, as_of=as_of) for workload in in_order(kb.workloads())]
    offered = [a for a in answers if a.verdict.outcome is not Outcome.NOT_OFFERED]
    return await visit.page(
        "kb_type.html",
        kind=kind,
        as_of=as_of,
        offered=offered,
        summary=grouped(offered, lambda each: each.verdict.outcome),
        others=[a for a in answers if a.verdict.outcome is Outcome.NOT_OFFERED],
        title=snapshot().title,
        lead=_lead(kind),
        facts=_facts(kind),
        timeline=list(days(events_of(kind.instance_type, kb.workloads())))[::-1],
        regions=_regions(kind.instance_type, answers, as_of),
        alternatives=_alternatives(kind, answers) if as_of is None else None,
    )


async def _search(visit: Visit, asked: str) -> tuple[list[str], int]:
    """Types that match every word, and the number of verdicts that match them all."""
    tokens = re.findall(r"\w+", asked)[:_WORDS]
    if not tokens:
        return [], 0
    text = " ".join(f'"{token}"*' for token in tokens)
    [reasons] = await visit.rows(_SEARCH_REASONS, words=text)
    return [row["instance_type"] for row in await visit.rows(_SEARCH, words=text)], int(reasons["number"])


def _known(asked: str, as_of: date | None = None) -> InstanceType:
    """Look a type up.

    Raises:
        Missing: there is none of that name, or was none on that day; says which names are near.
    """
    try:
        return kb.lookup(asked, as_of=as_of)
    except kb.UnknownInstanceType as error:
        if as_of is not None and snapshot().has_type(asked.lower()):
            raise Missing(f"{str(error).capitalize()}.") from error
        near = [(f"/types/{quote(name)}", name) for name in error.suggestions]
        what = f"No source lists an instance type “{shortened(asked)}”."
        raise Missing(what, near, "Names look like ml.g5.xlarge.") from error


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text else None
    except kb.UnknownVersion as error:
        raise Missing(f"{error}.", hint="Give a day such as 2026-06-10.") from error


def _lead(kind: InstanceType) -> str:
    """What matters most about the type, in a sentence."""
    if kind.explanation:
        return kind.explanation
    if kind.has_instance_store is None:
        return "No source says whether it has local storage, so the effect of a key is unknown."
    if kind.has_instance_store:
        return (
            f"It has {kind.local_storage} of local storage, which its hardware encrypts. "
            "A customer KMS key cannot encrypt that storage."
        )
    return "It has no local storage: its ML storage is an EBS volume, which a customer KMS key can encrypt."


def _facts(kind: InstanceType) -> list[tuple[str, str]]:
    """Labels and texts about the hardware; what is not known is left out, except for what decides."""
    pairs = [
        *words.facts(kind),
        ("Processor", ", ".join(part for part in (kind.processor_manufacturer, kind.architectures) if part)),
        ("Network", kind.network_performance or ""),
        ("EBS bandwidth", _bandwidth(kind)),
    ]
    return [(label, text) for label, text in pairs if text]


def _bandwidth(kind: InstanceType) -> str:
    if kind.ebs_baseline_mbps is None:
        return ""
    top = kind.ebs_maximum_mbps
    most = f", up to {top} Mbit/s" if top is not None and top > kind.ebs_baseline_mbps else ""
    return f"{kind.ebs_baseline_mbps} Mbit/s{most}"


def _regions(name: str, answers: list[Answer], as_of: date | None) -> list[tuple[str, list[str]]]:
    """Group the workloads with the same Regions; leave out those without Region data."""
    listed = {each.verdict.workload: kb.regions(name, each.verdict.workload, as_of=as_of) for each in answers}
    return [
        (", ".join(workload.replace("_", " ") for workload in in_order(workloads)), sorted(regions))
        for regions, workloads in grouped(listed, lambda workload: listed[workload]).items()
        if regions
    ]


def _alternatives(kind: InstanceType, answers: list[Answer]) -> kb.Alternatives | None:
    """The nearest types with all storage under the key, for the first workload in which this one has not."""
    lacking = {
        a.verdict.workload
        for a in answers
        if a.verdict.outcome in (Outcome.REJECTED, Outcome.NOT_APPLIED, Outcome.EBS_ONLY)
    }
    workload = next((each for each in COMMON if each in lacking), None)
    return None if workload is None else _nearest(snapshot().input_sha256, kind.instance_type, workload)


@cache
def _nearest(_data: str, instance_type: str, workload: str) -> kb.Alternatives:
    """The alternatives that are shown, looked for once with the same data: it takes a comparison with all types."""
    return kb.alternatives(instance_type, workload, limit=_ALTERNATIVES_SHOWN)
