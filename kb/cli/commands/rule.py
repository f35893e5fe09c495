"""``kb rule``: the rules in force, the sentences they rest on, and confirming them after a change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.options import FILE
from kb.cli.output import echo_json, fields, json_option, note
from kb.cli.table import Table

if TYPE_CHECKING:
    from scrapers.refresh.comparison import Row

_EPILOG = """The documentation that the rules rest on is watched: `kb refresh` takes a fingerprint of each sentence.
Where one changed, the answers that rest on its rule are marked until a person has compared the new wording with the
rule, and either changed the rule (data/curated) or confirmed that it holds.

\b
Examples:
  kb rule list
  kb rule review
  kb rule confirm SENTENCE_ID...
"""
_CONFIRM_EPILOG = """\b
Examples:
  kb rule confirm botocore.ResourceConfig.VolumeKmsKeyId --reason "Wording only."
  kb rule confirm training-2019-11-18 --reason "All of them still say so."
"""


class RuleGroup(click.Group):
    """A group whose help page keeps its commands in order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands from seeing to acting."""
        del ctx
        return ["list", "review", "confirm"]


@click.group(cls=RuleGroup, epilog=_EPILOG, short_help="See the rules, and confirm their evidence.")
def rule() -> None:
    """See which rules decide, what became of the sentences they rest on, and confirm them after a change."""


def _data_option(command: Any) -> Any:
    text = "Data folder to work with, instead of the checkout's."
    return click.option("--data", metavar="DIR", type=FILE, help=text)(command)


def _folder(data: Path | None) -> Path:
    from kb.dataset import paths

    return data if data is not None else paths.data_dir()


@rule.command("list", short_help="The rule in force for each workload.")
@_data_option
@json_option
def list_rules(data: Path | None, as_json: bool) -> None:
    """List the rule in force for each workload, and what became of the sentences that it rests on.

    The evidence is unchanged, confirmed (it changed, and a person compared it with the rule), changed, vanished, never
    read, or not watched.
    """
    from scrapers.refresh.evidence import standing

    rules = standing(_folder(data)).rules
    if as_json:
        echo_json(rules)
        return
    headers = ("workload", "rule", "since", "without storage", "with storage", "evidence", "last read")
    names = ("workload", "rule_id", "rule_since", "outcome_without_local_storage", "outcome_with_local_storage")
    rows = [[row[name] for name in (*names, "evidence", "last_read")] for row in rules]
    laid_out = Table(headers, rows)
    click.echo(laid_out.text() if laid_out.fits else laid_out.records())
    _note_reviews(sum(bool(row["to_review"]) for row in rules))


@rule.command(short_help="Sentences that changed and wait for a person.")
@_data_option
@json_option
def review(data: Path | None, as_json: bool) -> None:
    """List the sentences that changed and that nobody has compared with the rules yet."""
    from scrapers.refresh.evidence import standing

    found = standing(_folder(data)).unconfirmed
    if as_json:
        echo_json(found)
        return
    for row in found:
        click.echo(f"{row['sentence_id']}\n{fields(_described(row))}\n")
    if not found:
        note("Nothing to review: every sentence is as it was when a person last compared it with the rules.")
    else:
        note("Compare each with its rules. If they hold: kb rule confirm SENTENCE_ID --reason '...'")


def _described(row: Row) -> list[tuple[str, str]]:
    return [
        ("Place", f"{row['place']} ({row['source']}, last read on {row['last_read']})"),
        ("URL", row["url"]),
        ("Was", f"{row['previous_fingerprint'] or 'not there'}, since {row['previous_since']}"),
        ("Is", f"{row['fingerprint'] or 'not there'}, since {row['seen_since']}"),
        ("Bears on", f"{row['bears_on']} of {', '.join(row['workloads'])}"),
        ("Rules", ", ".join(row["rules"]) or "none"),
        ("Marked", f"{row['verdicts']} answers"),
    ]


@rule.command(epilog=_CONFIRM_EPILOG, short_help="Note that the rules still hold.")
@click.argument("names", metavar="SENTENCE_ID...", nargs=-1, required=True)
@click.option("--reason", metavar="TEXT", required=True, help="What was compared, in a sentence.")
@click.option(
    "--fingerprint", metavar="HEX", help="The wording compared (or: absent), where it is not the present one."
)
@_data_option
@json_option
def confirm(names: tuple[str, ...], reason: str, fingerprint: str | None, data: Path | None, as_json: bool) -> None:
    """Note that a person compared the present wording of sentences with the rules, and that the rules hold.

    A rule's name stands for all its sentences that wait. The rows go into curated/confirmations.csv; `kb build` then
    takes the marks off.
    """
    from kb.dataset import paths
    from scrapers.refresh import evidence

    if data is None and paths.checkout() is None:
        raise click.ClickException(
            "a confirmation is a row in the data of a checkout, and this kb is installed without one; "
            "clone the repository, or name a folder with --data"
        )
    rows = evidence.confirm(_folder(data), names, reason, datetime.now(UTC).date(), fingerprint)
    if as_json:
        echo_json([vars(row) for row in rows])
    else:
        click.echo(Table(("sentence", "fingerprint"), [(row.sentence_id, row.fingerprint) for row in rows]).text())
    note(f"{len(rows)} confirmed on {rows[0].confirmed_on}. Run `kb build` to take the marks off the answers.")


def _note_reviews(number: int) -> None:
    if number:
        note(f"{number} rule{'' if number == 1 else 's'} to review: kb rule review")
