"""``kb history``: what happened to one instance type, as dated events."""

from __future__ import annotations

from collections.abc import Iterable

import click

import kb
from kb.cli.options import type_argument, workload_option
from kb.cli.output import Form, fields, form_options, write
from kb.cli.table import as_rows
from kb.library.changes import Event, days, events_of
from kb.library.lookup import snapshot


@click.command(
    epilog="\b\nExamples:\n  kb history ml.trn2.48xlarge\n  kb history ml.g5.xlarge --workload endpoint --json",
)
@type_argument
@workload_option(help="Only outcomes in this workload.")
@form_options
def history(instance_type: str, workload: str | None, form: Form) -> None:
    """Show when a type was first listed, and how its facts and outcomes changed."""
    name = kb.history(instance_type)[0].instance_type
    events = events_of(name, kb.workloads() if workload is None else (workload,))
    version = snapshot().data_version
    write(
        form,
        json=lambda: {"instance_type": name, "data_version": version, "events": [each.as_dict() for each in events]},
        csv=lambda: as_rows(Event._fields, events),
        people=lambda: "\n".join([name, _told(events), "", f"Data version {version}."]),
    )


def _told(events: Iterable[Event]) -> str:
    return fields(((str(day), "\n".join(lines)) for day, lines in days(events)), indent="")
