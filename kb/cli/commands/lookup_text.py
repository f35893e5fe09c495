"""How ``kb lookup`` writes its answers for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.cli.output import fields, paragraph
from kb.cli.table import Table
from kb.library import words
from kb.library.lookup import snapshot
from kb.library.model import InstanceType, Outcome, Verdict

if TYPE_CHECKING:
    from kb.library.answers import Answer


_NO_REGIONS = "no Region data for this workload"


def overview(kind: InstanceType, answers: Sequence[Answer], region: str | None) -> str:
    """Describe a type: its facts, a table with a row per workload that offers it, and the reasons below."""
    offered = [a for a in answers if a.verdict.outcome is not Outcome.NOT_OFFERED]
    others = [a.verdict.workload for a in answers if a.verdict.outcome is Outcome.NOT_OFFERED]
    parts = [kind.instance_type, fields(_facts(kind)), ""]
    if offered:
        reasons = list(dict.fromkeys(a.verdict.reason for a in offered))
        headers = ["workload", "key outcome", "since", *([f"in {region}"] if region else []), "why"]
        rows = []
        for answer in offered:
            verdict = answer.verdict
            place = [words.yes_no(answer.in_region, "?")] if region else []
            why = f"({reasons.index(verdict.reason) + 1})"
            outcome = words.marked_outcome(verdict)
            rows.append([verdict.workload, outcome, verdict.outcome_since, *place, why])
        parts.append(Table(headers, rows).text())
        if region and any(answer.in_region is None for answer in offered):
            parts.append(f"? {_NO_REGIONS}")
        if any(answer.verdict.evidence_changed for answer in offered):
            parts.append(paragraph(f"{words.STAR}; --workload shows which", "  ", "* "))
        parts.append("")
        parts += [paragraph(reason, "     ", f" {f'({n})':<4}") for n, reason in enumerate(reasons, 1)]
    if others:
        parts += [""] if offered else []
        parts.append(paragraph(", ".join(others), "  ", "not offered: "))
    return "\n".join(parts)


def verdict(kind: InstanceType, answer: Answer, region: str | None) -> str:
    """Describe one verdict in full."""
    found = answer.verdict
    title = snapshot().title(found.workload)
    parts = [
        f"{kind.instance_type} in {found.workload} ({title})",
        fields(
            [
                ("Outcome", f"{words.outcome(found.outcome)}: {words.OUTCOME_MEANINGS[found.outcome]}"),
                ("Since", str(found.outcome_since)),
                ("Why", found.reason),
                ("Under review", words.under_review(found)),
                (words.ALL_UNDER_KEY, words.all_under_key(found)),
                ("Local storage", words.local_storage(kind)),
                ("Volume size", _volume_size(found)),
                ("Basis", _basis(found)),
                (f"In {region}", words.yes_no(answer.in_region, _NO_REGIONS) if region else ""),
                ("Instead", answer.recommendation or ""),
            ]
        ),
    ]
    evidence = [(item.kind, words.evidence(item)) for item in found.evidence if item.kind != "review"]
    if evidence:
        parts += ["", "Evidence", fields(evidence)]
    if found.contradictions:
        parts += ["", "Contradictory AWS statements"]
        for item in found.contradictions:
            source = f"{item.source_title}, seen {item.seen_on}; {words.newer_side(item.newer_side)}"
            text = f"{item.statement}\n{source}\n{item.url}"
            parts.append(fields([(words.outcome(item.says_outcome), text)]))
    return "\n".join(parts)


def _facts(kind: InstanceType) -> list[tuple[str, str]]:
    return [("What it is", kind.explanation or ""), *words.facts(kind)]


def _volume_size(found: Verdict) -> str:
    size = found.volume_size
    if size is None:
        return ""
    limit = (
        f" (at most {size.limit_gb} GB)"
        if size.limit_gb is not None and str(size.limit_gb) not in (size.note or "")
        else ""
    )
    address = f"\n{size.url}" if size.url else ""
    return f"{size.note or size.rule.replace('_', ' ')}{limit}{address}"


def _basis(found: Verdict) -> str:
    if found.basis is None:
        return ""
    because = f"\n{found.basis_note}" if found.basis_note else ""
    return f"{found.basis.value}: {words.BASES[found.basis]}{because}"
