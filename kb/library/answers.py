"""What every front end shows of a type in a workload: the verdict, whether the Region has it, what to do instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kb.library.lookup import regions, snapshot, volume_kms
from kb.library.model import InstanceType, Verdict


@dataclass(frozen=True)
class Answer:
    """One verdict with what belongs beside it.

    Attributes:
        verdict: The verdict.
        in_region: Whether the Region has the type; None if not asked, or if there is no Region data for the workload.
        recommendation: What to do instead; None for types without local storage.
    """

    verdict: Verdict
    in_region: bool | None
    recommendation: str | None


def answer(kind: InstanceType, workload: str, region: str | None = None, as_of: date | None = None) -> Answer:
    """Return the answer for a known type and workload, now or as of a day."""
    in_region = None
    if region is not None:
        listed = regions(kind.instance_type, workload, as_of=as_of)
        in_region = None if listed is None else region in listed
    advice = snapshot().recommendation(workload) if kind.has_instance_store else None
    return Answer(volume_kms(kind.instance_type, workload, as_of=as_of), in_region, advice)


def as_json(kind: InstanceType, answers: Iterable[Answer], region: str | None = None) -> dict[str, Any]:
    """Return a type and its answers as plain values for JSON."""
    verdicts = [
        each.verdict.as_dict()
        | ({} if region is None else {"region": region, "in_region": each.in_region})
        | {"recommendation": each.recommendation}
        for each in answers
    ]
    return kind.as_dict() | {"verdicts": verdicts}
