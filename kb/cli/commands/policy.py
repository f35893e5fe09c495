"""``kb policy``: an IAM policy that requires a customer key wherever one can be used."""

from __future__ import annotations

import json
from pathlib import Path

import click

import kb
from kb.cli.options import FILE, complete_workloads
from kb.cli.output import note
from kb.dataset.files import replace_atomically
from kb.errors import PolicyError
from kb.policy import SEED_WORKLOADS, make_policy
from kb.policy.explanation import explain
from kb.policy.making import read_key_arn

_EPILOG = """The policy goes to standard output as JSON. Notes go to standard error: the data version, what each action
must satisfy, what the policy cannot enforce, and which types a folded family stands for. A policy that does not fit
into one document is written as one document per line; attach all of them.

\b
Examples:
  kb policy --output policies/
  kb policy --kind scp --fold > policy.json
  kb policy -w training -w endpoint --key-arn "arn:aws:kms:*:111122223333:key/*"
"""
_NAME = "volume-key"


def _read_arns(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(read_key_arn(text) for text in texts)
    except PolicyError as error:
        raise click.BadParameter(f"{error}.") from error


@click.command(epilog=_EPILOG)
@click.option(
    "-w",
    "--workload",
    "workloads",
    metavar="WORKLOAD",
    multiple=True,
    shell_complete=complete_workloads,
    help="Workload to cover; repeatable (default: training, tuning, processing, transform, endpoint, notebook).",
)
@click.option(
    "--key-arn",
    "key_arns",
    metavar="ARN",
    multiple=True,
    callback=_read_arns,
    help='Required key ARN; repeatable. Region and key may be "*" (default: any key).',
)
@click.option(
    "--kind",
    type=click.Choice(["identity", "scp"]),
    default="identity",
    show_default=True,
    help="Identity-based (managed) policy, or service control policy.",
)
@click.option("--fold", is_flag=True, help="Write ml.g5.* where the same rule applies to all known sizes of a family.")
@click.option(
    "--deny-local-storage", is_flag=True, help="Allow only types with all ML storage under your key; exempt none."
)
@click.option("--output", metavar="DIR", type=FILE, help="Write documents and notes to files in this folder instead.")
def policy(
    *,
    workloads: tuple[str, ...],
    key_arns: tuple[str, ...],
    kind: str,
    fold: bool,
    deny_local_storage: bool,
    output: Path | None,
) -> None:
    """Print an IAM policy that denies requests without a customer key for the ML storage volume.

    Only types that cannot use a key are exempt, each by its verdict in the workload.
    """
    made = make_policy(
        workloads or SEED_WORKLOADS,
        key_arns=key_arns,
        kind=kind,
        fold_families=fold,
        deny_local_storage=deny_local_storage,
    )
    text = explain(made)
    if output is not None:
        for path in _write(output, made.texts, text):
            click.echo(path)
    elif len(made.documents) == 1:
        click.echo(made.texts[0], nl=False)
    else:
        for document in made.documents:
            click.echo(json.dumps(document, separators=(",", ":")))
        note(f"{len(made.documents)} documents, one per line; --output writes files, --fold makes them smaller.\n")
    note(text.removesuffix("\n"))


def _write(folder: Path, documents: tuple[str, ...], text: str) -> list[Path]:
    """Write the documents and the text beside them; a document left from another policy is an error."""
    paths = [folder / f"{_NAME}-{number}.json" for number in range(1, len(documents) + 1)]
    others = sorted({path.name for path in folder.glob(f"{_NAME}-*.json")} - {path.name for path in paths})
    if others:
        raise kb.KBError(
            f"{folder}: {', '.join(others)} would stay beside the new policy and does not belong to it; remove it first"
        )
    for path, content in zip([*paths, folder / f"{_NAME}.txt"], [*documents, text], strict=True):
        replace_atomically(path, content.encode())
    return [*paths, folder / f"{_NAME}.txt"]
