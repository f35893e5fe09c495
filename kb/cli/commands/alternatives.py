"""``kb alternatives``: the closest instance types that satisfy a need."""

from __future__ import annotations

from collections.abc import Iterator

import click

import kb
from kb.cli.options import limit_option, region_option, type_argument, workload_option
from kb.cli.output import Form, fields, form_options, paragraph, write
from kb.library import words
from kb.library.alternatives.search import ARCHITECTURES, NEEDS, STATUSES
from kb.library.lookup import snapshot

_CSV_COLUMNS = ("instance_type", "distance", "status", "outcome", "better", "worse", "other")

_EPILOG = """The distance adds up the differences: twice as much of something counts 1, half as much
counts 2. `help(kb.alternatives)` has the details. The data has no prices.

\b
Examples:
  kb alternatives ml.m5d.xlarge --workload endpoint
  kb alternatives ml.p5.48xlarge -w hyperpod --need key_accepted --region us-east-1
"""


@click.command(epilog=_EPILOG)
@type_argument
@workload_option(help="Workload that offers the alternatives (required).")
@region_option(help="Only types in this Region's list for the workload.")
@click.option(
    "--need",
    type=click.Choice(tuple(NEEDS)),
    default="all_storage_under_key",
    help="What the alternatives must satisfy (default: all_storage_under_key).",
)
@click.option(
    "--architecture",
    type=click.Choice(ARCHITECTURES),
    default="same",
    help="Processor architecture (default: that of TYPE).",
)
@click.option(
    "--status",
    "statuses",
    type=click.Choice(STATUSES),
    multiple=True,
    default=("listed",),
    help="Types with this status; repeatable (default: listed).",
)
@limit_option(default=5, help="Maximum number of types (default: 5).")
@form_options
def alternatives(
    *,
    instance_type: str,
    workload: str | None,
    region: str | None,
    need: str,
    architecture: str,
    statuses: tuple[str, ...],
    limit: int,
    form: Form,
) -> None:
    """Find the types closest to TYPE that satisfy a need, and show how each is better or worse."""
    if workload is None:
        raise click.UsageError(f"--workload is required; the workloads are: {', '.join(kb.workloads())}")
    answer = kb.alternatives(
        instance_type,
        workload,
        region=region,
        need=need,
        architecture=architecture,
        statuses=statuses,
        limit=limit,
    )
    shown = f"{len(answer)} of {answer.total}" if len(answer) < answer.total else str(answer.total)
    write(
        form,
        json=lambda: answer.as_dict() | {"data_version": snapshot().data_version},
        csv=lambda: (_CSV_COLUMNS, (_row(each) for each in answer)),
        people=lambda: "\n".join(_lines(answer)),
        remark=f"{shown} type{'' if answer.total == 1 else 's'}; data version {snapshot().data_version}",
    )


def _row(each: kb.Alternative) -> tuple[object, ...]:
    told = ("; ".join(parts) for parts in (each.better, each.worse, each.other))
    return (each.instance_type, each.distance, each.status, each.verdict.outcome.value, *told)


def _lines(answer: kb.Alternatives) -> Iterator[str]:
    place = f" in {answer.region}" if answer.region else ""
    yield f"{answer.instance_type} in {answer.workload}{place}: {words.outcome(answer.verdict.outcome)}"
    yield fields(
        [
            ("Need", NEEDS[answer.need]),
            ("Satisfied", words.yes_no(answer.is_satisfied)),
            ("Has", _has(answer.instance_type)),
            ("Closest", "" if answer else "none"),
        ]
    )
    for each in answer:
        yield ""
        yield f"{each.instance_type}, distance {each.distance:g}"
        yield fields(
            [
                ("Outcome", words.marked_outcome(each.verdict)),
                ("Has", _has(each.instance_type)),
                ("Better", "; ".join(each.better)),
                ("Worse", "; ".join(each.worse)),
                ("Other", "; ".join(each.other)),
                ("Status", "" if each.status == "listed" else words.status(kb.lookup(each.instance_type))),
            ]
        )
    if any(each.verdict.evidence_changed for each in answer):
        yield paragraph(words.STAR, "  ", "* ")
    if answer.instead:
        yield ""
        yield "Instead"
        yield from (paragraph(each, "    ", "  - ") for each in answer.instead)
    if answer.left_out and not answer:
        yield ""
        yield "Types that satisfy the need but are not alternatives"
        yield fields([(f"{len(each.instance_types)}", each.explanation) for each in answer.left_out])


def _has(instance_type: str) -> str:
    return words.hardware(kb.lookup(instance_type)) or "unknown hardware"
