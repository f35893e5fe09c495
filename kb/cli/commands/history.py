"""``kb history``: what happened to one type, as dated events."""

from __future__ import annotations

import click

import kb
from kb.cli.options import known_workload, type_argument, workload_option
from kb.cli.output import Form, echo_csv, echo_json, fields, form_options
from kb.library.changes import Event, days, events_of
from kb.library.lookup import snapshot


@click.command(
    short_help="What changed about one type, by date.",
    epilog="\b\nExamples:\n  kb history ml.trn2.48xlarge\n  kb history ml.g5.xlarge --workload endpoint --json",
)
@type_argument
@workload_option("Outcomes in this workload only.")
@form_options
def history(instance_type: str, workload: str | None, form: Form) -> None:
    """Show what happened to a type: when it was first listed, and how facts and outcomes changed."""
    chosen = known_workload(workload)
    name = kb.history(instance_type)[0].instance_type
    events = events_of(name, kb.workloads() if chosen is None else (chosen,))
    if form is Form.JSON:
        shown = [event.as_dict() for event in events]
        echo_json({"instance_type": name, "data_version": snapshot().data_version, "events": shown})
    elif form is Form.CSV:
        echo_csv(Event._fields, ([getattr(event, name) for name in Event._fields] for event in events))
    else:
        told = fields(((str(day), "\n".join(lines)) for day, lines in days(events)), indent="")
        click.echo(f"{name}\n{told}\n\nData version {snapshot().data_version}.")
