"""``kb lookup``: what is known about instance types, and what becomes of a key on them."""

from __future__ import annotations

from datetime import date

import click

import kb
from kb.cli.commands import lookup_text
from kb.cli.options import complete_types, known_region, known_workload, read_day, region_option, workload_option
from kb.cli.output import Form, echo_csv, echo_json, form_options, note
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


@click.command(epilog=_EPILOG, short_help="Facts about types, and what becomes of a key on them.")
@click.argument("types", metavar="TYPE...", nargs=-1, required=True, shell_complete=complete_types)
@workload_option("Show the verdict for this workload in full (see `kb workloads`).")
@region_option("Say whether the Region's price list has the type.")
@click.option(
    "--as-of", metavar="DATE", callback=read_day, help="Answer from the evidence of that day or data version."
)
@form_options
def lookup(types: tuple[str, ...], workload: str | None, region: str | None, as_of: date | None, form: Form) -> None:
    """Show what is known about instance types and what becomes of a customer KMS key on them.

    Without --workload: the facts, and one line per workload. With it: the verdict with reason, volume size rule,
    evidence and contradicting statements. Exit status 1 if a type is unknown; the others are still shown.
    """
    workload, region = known_workload(workload), known_region(region)
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
    if form is Form.JSON:
        shown = [as_json(kind, answers, region) for kind, answers in found]
        if len(types) > 1:
            echo_json(shown)
        elif shown:
            echo_json(shown[0])
    elif form is Form.CSV:
        echo_csv(_CSV_COLUMNS, (_as_row(a, region) for _, answers in found for a in answers))
    elif found:
        _show(found, workload, region, as_of)
    _report(unknown, as_of)


def _as_row(answer: Answer, region: str | None) -> list[object]:
    verdict, size = answer.verdict, answer.verdict.volume_size
    extra = {
        "volume_size_rule": size.rule if size else None,
        "volume_size_limit_gb": size.limit_gb if size else None,
        "region": region,
        "in_region": answer.in_region,
    }
    return [extra[name] if name in extra else getattr(verdict, name) for name in _CSV_COLUMNS]


def _show(
    found: list[tuple[InstanceType, list[Answer]]], workload: str | None, region: str | None, as_of: date | None
) -> None:
    if workload is None:
        blocks = [lookup_text.overview(kind, answers, region) for kind, answers in found]
    else:
        blocks = [lookup_text.verdict(kind, answers[0], region) for kind, answers in found]
    moment = f"Evidence as of {as_of}. " if as_of else ""
    click.echo("\n\n".join([*blocks, f"{moment}Data version {snapshot().data_version}."]))


def _report(unknown: list[kb.UnknownInstanceType], as_of: date | None) -> None:
    """Say what is amiss on standard error; end with status 1 if a type is unknown."""
    newest = snapshot().data_version.replace(".", "-")
    if as_of and as_of > date.today():
        note(f"Note: {as_of} lies in the future; the answer is what was known on {newest}.")
    if unknown:
        for error in unknown[:-1]:
            note(f"Error: {error}")
        raise unknown[-1]
