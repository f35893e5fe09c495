"""``kb rule``: the rules in force, the AWS sentences they rest on, and how you confirm them after a change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.options import data_option, require_checkout
from kb.cli.output import Form, fields, json_option, note, write
from kb.cli.table import Table
from kb.dataset import paths

if TYPE_CHECKING:
    from scrapers.refresh.comparison import Row
    from scrapers.refresh.evidence import Standing

_EPILOG = """`kb refresh` takes a fingerprint of each sentence of the AWS documentation that a rule rests on. When a
sentence changes, the answers that rest on its rule are marked until you compare the new wording with the rule, and
either change the rule (data/curated) or confirm it.

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
        """Return the commands in the order in which you use them."""
        return ["list", "review", "confirm"]


@click.group(cls=RuleGroup, epilog=_EPILOG)
def rule() -> None:
    """See the rules in force and the state of their evidence, and confirm them after a change."""


_data_option = data_option(help="Data folder to use (default: the checkout's).")


def _folder(data: Path | None) -> Path:
    return data if data is not None else paths.data_dir()


def _standing(data: Path | None) -> Standing:
    from scrapers.refresh.evidence import standing

    return standing(_folder(data), paths.database_file() if data is None else data / "kb.duckdb", note)


@rule.command("list", short_help="The rule in force for each workload.")
@_data_option
@json_option
def list_rules(data: Path | None, form: Form) -> None:
    """List the rule in force for each workload, and the state of the sentences that it rests on.

    The evidence is unchanged, confirmed (it changed, and somebody compared it with the rule), changed, vanished, never
    read, or not watched.
    """
    rules = _standing(data).rules
    headers = ("workload", "rule", "since", "without storage", "with storage", "evidence", "last read")
    names = ("workload", "rule_id", "rule_since", "outcome_without_local_storage", "outcome_with_local_storage")
    rows = [[row[name] for name in (*names, "evidence", "last_read")] for row in rules]
    number = sum(bool(row["to_review"]) for row in rules)
    write(
        form,
        json=lambda: rules,
        people=lambda: Table(headers, rows).fitting(),
        remark=f"{number} rule{'' if number == 1 else 's'} to review: kb rule review" if number else "",
    )


@rule.command(short_help="Changed sentences awaiting review.")
@_data_option
@json_option
def review(data: Path | None, form: Form) -> None:
    """List the changed sentences that nobody has compared with the rules yet."""
    found = _standing(data).unconfirmed
    next_step = "Compare each with its rules. If they hold: kb rule confirm SENTENCE_ID --reason '...'"
    write(
        form,
        json=lambda: found,
        people=lambda: "\n".join(f"{row['sentence_id']}\n{fields(_described(row))}\n" for row in found),
        remark=next_step if found else "Nothing to review: no sentence changed since its last review.",
    )


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


@rule.command(epilog=_CONFIRM_EPILOG, short_help="Confirm that the rules still hold.")
@click.argument("names", metavar="SENTENCE_ID...", nargs=-1, required=True)
@click.option("--reason", metavar="TEXT", required=True, help="What you compared, in a sentence.")
@click.option(
    "--fingerprint",
    metavar="HEX",
    help="Fingerprint of the wording you compared, or absent (default: the current wording).",
)
@_data_option
@json_option
def confirm(names: tuple[str, ...], reason: str, fingerprint: str | None, data: Path | None, form: Form) -> None:
    """Record that you compared the current wording of sentences with the rules, and that the rules still hold.

    The name of a rule stands for all its sentences awaiting review. The rows go into curated/confirmations.csv; the
    next `kb build` removes the marks.
    """
    require_checkout("a confirmation is a row in the data of", extras="build,scrape", is_there=data is not None)
    from scrapers.refresh import evidence

    today = datetime.now(UTC).date()
    rows = evidence.confirm(_folder(data), _standing(data), names, reason, today, fingerprint=fingerprint)
    pairs = [(row.sentence_id, row.fingerprint) for row in rows]
    write(form, json=lambda: [vars(row) for row in rows], people=Table(("sentence", "fingerprint"), pairs).text)
    note(f"{len(rows)} confirmed on {rows[0].confirmed_on}. Run `kb build` to remove the marks from the answers.")
