"""``kb lookup``: facts about instance types, and the effect of a key on them."""

from __future__ import annotations

from datetime import date

import click

import kb
from kb.cli.commands import lookup_text
from kb.cli.options import complete_types, read_day, region_option, workload_option
from kb.cli.output import Form, form_options, note, write
from kb.library import words
from kb.library.answers import Answer, answer, as_json
from kb.library.lookup import snapshot
from kb.library.model import InstanceType

_EPILOG = f"""{words.outcomes_help()}

\b
Examples:
  kb lookup ml.g5.xlarge
  kb lookup ml.g5.xlarge ml.m5.xlarge --workload endpoint --region eu-west-1
  kb lookup ml.trn2.48xlarge --workload training --as-of 2025-07-01
"""

_CSV_COLUMNS = (
    "instance_type",
    "workload",
    "outcome",
    "all_storage_under_key",
    "outcome_since",
    "reason",
    "basis",
    "evidence_changed",
    "volume_size_rule",
    "volume_size_limit_gb",
    "region",
    "in_region",
    "data_version",
)


@click.command(epilog=_EPILOG)
@click.argument("types", metavar="TYPE...", nargs=-1, required=True, shell_complete=complete_types)
@workload_option(help="Show the verdict for this workload in full (see `kb workloads`).")
@region_option(help="Show whether the Region's price list has the type.")
@click.option("--as-of", metavar="DATE", callback=read_day, help="Answer as of this day or data version.")
@form_options
def lookup(types: tuple[str, ...], workload: str | None, region: str | None, as_of: date | None, form: Form) -> None:
    """Show facts about instance types and the effect of a customer KMS key on them.

    Without --workload: the facts, and one line per workload. With it: the verdict with reason, volume size rule,
    evidence and contradictory AWS statements. Exit status 1 if a type is unknown; the others are still shown.
    """
    found: list[tuple[InstanceType, list[Answer]]] = []
    unknown: list[kb.UnknownInstanceType] = []
    for name in types:
        try:
            kind = kb.lookup(name, as_of=as_of)
        except kb.UnknownInstanceType as error:
            unknown.append(error)
            continue
        wanted = kb.workloads() if workload is None else (workload,)
        found.append((kind, [answer(kind, each, region, as_of) for each in wanted]))
    if found or len(types) > 1 or form is Form.CSV:
        shown = [as_json(kind, answers, region) for kind, answers in found]
        write(
            form,
            json=lambda: shown if len(types) > 1 else shown[0],
            csv=lambda: (_CSV_COLUMNS, (_as_row(a, region) for _, answers in found for a in answers)),
            people=lambda: _text(found, workload, region, as_of) if found else "",
        )
    if as_of and as_of > date.today():
        note(f"Note: {as_of} is in the future; the answer is as of {snapshot().data_version.replace('.', '-')}.")
    if unknown:
        for each in unknown[:-1]:
            note(f"Error: {each}")
        raise unknown[-1]


def _as_row(answer: Answer, region: str | None) -> list[object]:
    verdict, size = answer.verdict, answer.verdict.volume_size
    extra = {
        "volume_size_rule": size.rule if size else None,
        "volume_size_limit_gb": size.limit_gb if size else None,
        "region": region,
        "in_region": answer.in_region,
    }
    return [extra[name] if name in extra else getattr(verdict, name) for name in _CSV_COLUMNS]


def _text(
    found: list[tuple[InstanceType, list[Answer]]], workload: str | None, region: str | None, as_of: date | None
) -> str:
    if workload is None:
        blocks = [lookup_text.overview(kind, answers, region) for kind, answers in found]
    else:
        blocks = [lookup_text.verdict(kind, answers[0], region) for kind, answers in found]
    moment = f"As of {as_of}. " if as_of else ""
    return "\n\n".join([*blocks, f"{moment}Data version {snapshot().data_version}."])
