"""``kb list``: the types that satisfy every condition given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import click

import kb
from kb.cli.options import limit_option, reading, region_option, workload_option
from kb.cli.output import Form, form_options, write
from kb.cli.table import Table
from kb.library import words
from kb.library.lookup import snapshot
from kb.library.model import InstanceType, Outcome

_STATUSES = tuple(words.STATUSES)
_COUNT, _GIB = click.IntRange(min=0), click.FloatRange(min=0)

#: Short names for columns, as the headings of the table have them.
_ALIASES = {
    "type": "instance_type",
    "nitro": "is_nitro",
    "eligible": "is_kms_eligible",
    "storage": "instance_store_gb",
    "memory": "memory_gib",
    "gpus": "gpu_count",
}

_EPILOG = """A type whose fact is unknown does not satisfy a condition on it. A question mark in the table means that no
source says; "eligible" means: no local storage, so a key can cover all of it. --json and --csv write every
column unless you give --columns.

\b
Examples:
  kb list --workload training --outcome encrypts --gpus 1
  kb list --family g6 --sort -memory --columns type,memory,gpus,local_storage
  kb list --workload endpoint --region eu-central-1 --no-instance-store --csv
"""


#: Columns that say something about the workload asked for.
_OF_WORKLOAD = ("outcome", "evidence_changed")
_COLUMNS = (*InstanceType._fields, *_OF_WORKLOAD)


def _read_column(text: str) -> str:
    """Read the name of a column, short or full."""
    name = text.strip().lower()
    name = _ALIASES.get(name, name)
    if name not in _COLUMNS:
        near = get_close_matches(name, [*_COLUMNS, *_ALIASES], n=3)
        choice = f"did you mean {', '.join(near)}?" if near else f"the columns are {', '.join(_COLUMNS)}."
        raise click.BadParameter(f"no column {text[:60]!r}; {choice}")
    return name


@click.command("list", epilog=_EPILOG)
@workload_option(help="Only types offered for this workload; also shows the outcome there.")
@click.option(
    "--outcome",
    type=click.Choice([o.value for o in Outcome if o is not Outcome.NOT_OFFERED]),
    help="Only types with this outcome in --workload (`kb lookup --help` explains them).",
)
@region_option(help="Only types in this Region's price list (for --workload, if given).")
@click.option("--family", metavar="FAMILY", help="Only this family, such as g5.")
@click.option("--status", type=click.Choice(_STATUSES), help="Only types with this status.")
@click.option("--nitro/--no-nitro", "is_nitro", default=None, help="On the Nitro hypervisor, or not.")
@click.option(
    "--instance-store/--no-instance-store",
    "has_instance_store",
    default=None,
    help="With local storage, or without.",
)
@click.option(
    "--eligible/--not-eligible",
    "is_kms_eligible",
    default=None,
    help="No local storage, so a key can cover all of it; or the opposite.",
)
@click.option("--gpus", "min_gpus", metavar="N", type=_COUNT, help="At least N GPUs.")
@click.option("--gpu-name", metavar="NAME", help="GPU model, or part of its name.")
@click.option("--min-vcpus", metavar="N", type=_COUNT, help="At least N vCPUs.")
@click.option("--max-vcpus", metavar="N", type=_COUNT, help="At most N vCPUs.")
@click.option("--min-memory", "min_memory_gib", metavar="GIB", type=_GIB, help="At least GIB of memory.")
@click.option("--max-memory", "max_memory_gib", metavar="GIB", type=_GIB, help="At most GIB of memory.")
@click.option(
    "--sort",
    metavar="COLUMN",
    callback=reading(lambda text: (_read_column(text.removeprefix("-")), text.startswith("-"))),
    help='Sort by this column; "-COLUMN" for descending order. Unknown values come last.',
)
@click.option("--desc", is_flag=True, help="Sort in descending order.")
@limit_option(help="Maximum number of types.")
@click.option(
    "--columns",
    metavar="COLUMNS",
    callback=reading(lambda text: tuple(map(_read_column, text.split(",")))),
    help="Columns to show, separated by commas.",
)
@form_options
def list_types(
    *,
    workload: str | None,
    region: str | None,
    sort: tuple[str, bool] | None,
    desc: bool,
    limit: int | None,
    columns: tuple[str, ...] | None,
    form: Form,
    **conditions: Any,
) -> None:
    """List the types that satisfy every condition you give; without conditions, all types."""
    _require_workload(workload, conditions["outcome"], sort, columns)
    found = list(kb.find(workload=workload, region=region, **conditions))
    if sort:
        found = _sorted(found, sort[0], workload, descending=sort[1] != desc)
    elif desc:
        found.reverse()
    total, found = len(found), found[:limit]
    names = columns or (*InstanceType._fields, *(_OF_WORKLOAD if workload else ()))
    is_starred = workload and any(_value(kind, "evidence_changed", workload) for kind in found)
    shown = f"{len(found)} of {total}" if len(found) < total else str(total)
    counted = f"{shown} type{'' if total == 1 else 's'}; data version {snapshot().data_version}"
    write(
        form,
        json=lambda: [_as_dict(kind, names, workload) for kind in found],
        csv=lambda: (names, ([_value(kind, name, workload) for name in names] for kind in found)),
        people=lambda: _table(found, columns, workload) if found else "",
        remark=f"* {words.STAR}\n{counted}" if is_starred else counted,
    )


def _require_workload(
    workload: str | None, outcome: str | None, sort: tuple[str, bool] | None, columns: tuple[str, ...] | None
) -> None:
    if workload is None:
        for option, asked in (
            ("--outcome", outcome is not None),
            *((f"--sort {name}", sort is not None and sort[0] == name) for name in _OF_WORKLOAD),
            *((f"--columns {name}", name in (columns or ())) for name in _OF_WORKLOAD),
        ):
            if asked:
                raise click.UsageError(f"{option} needs --workload")


def _value(kind: InstanceType, column: str, workload: str | None) -> Any:
    if column in _OF_WORKLOAD and workload is not None:
        verdict = kb.volume_kms(kind.instance_type, workload)
        return verdict.outcome.value if column == "outcome" else verdict.evidence_changed
    return getattr(kind, column)


def _as_dict(kind: InstanceType, names: Iterable[str], workload: str | None) -> dict[str, Any]:
    known = kind.as_dict()
    return {name: known[name] if name in known else _value(kind, name, workload) for name in names}


def _sorted(found: list[InstanceType], column: str, workload: str | None, *, descending: bool) -> list[InstanceType]:
    valued = [(kind, _value(kind, column, workload)) for kind in found]
    known = [pair for pair in valued if pair[1] is not None]
    known.sort(key=lambda pair: pair[1], reverse=descending)
    return [kind for kind, _ in known] + [kind for kind, value in valued if value is None]


def _table(found: Sequence[InstanceType], columns: tuple[str, ...] | None, workload: str | None) -> str:
    if columns:
        rows = [[_value(kind, name, workload) for name in columns] for kind in found]
        return Table(columns, rows, missing="?").text()
    shown = [_row(kind, workload) for kind in found]
    headings = list(shown[0])
    for droppable in ("eligible", "nitro"):
        laid_out = Table(headings, ([row[name] for name in headings] for row in shown), missing="?")
        if laid_out.fits:
            return laid_out.text()
        # on a narrow terminal, drop the column that the others say most nearly
        headings.remove(droppable)
    return Table(headings, ([row[name] for name in headings] for row in shown), missing="?").text()


def _row(kind: InstanceType, workload: str | None) -> dict[str, object]:
    """What the table shows of a type, by heading."""
    row: dict[str, object] = {
        "type": kind.instance_type,
        "status": kind.status.replace("_", " "),
        "nitro": words.yes_no(kind.is_nitro, "?"),
        "local storage": words.short_storage(kind),
        "eligible": words.yes_no(kind.is_kms_eligible, "?"),
        "vCPUs": kind.vcpus,
        "memory GiB": kind.memory_gib,
        "GPUs": words.gpus(kind),
    }
    if workload:
        row["outcome"] = words.marked_outcome(kb.volume_kms(kind.instance_type, workload))
    return row
