"""The rules in force and the sentences that they rest on; confirming sentences that changed.

The build works out the state of a sentence. It is read from a database of the data folder as it is now: the
published one stays behind where the gate refuses, and then another is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from kb.dataset.curated import CURATED, read_curated
from kb.dataset.files import replace_atomically, scratch
from kb.dataset.log_specs import ABSENT, PRESENCE, SPECS
from kb.dataset.logs import read_log, render
from kb.errors import KBError
from kb.pipeline import build, reuse
from scrapers.refresh.comparison import Row, ask

#: Statuses of a sentence that somebody has to look at.
UNCONFIRMED = ("changed", "vanished")

_TABLE = next(table for table in CURATED if table.name == "confirmations")


class ConfirmError(KBError):
    """There is nothing of that name to confirm."""


@dataclass(frozen=True)
class Standing:
    """The rules, and the sentences that they rest on, as the logs have them now.

    Attributes:
        rules: The rule in force of each workload; see `sql/rules.sql`.
        sentences: Every watched sentence; see `sql/sentences.sql`.
    """

    rules: list[Row]
    sentences: list[Row]

    @property
    def unconfirmed(self) -> list[Row]:
        """Sentences that changed and that nobody has confirmed yet."""
        return [row for row in self.sentences if row["status"] in UNCONFIRMED]


@dataclass(frozen=True)
class Confirmation:
    """A row of confirmations.csv: a person compared this wording with the rules, and they agree."""

    sentence_id: str
    fingerprint: str
    confirmed_on: date
    reason: str


def standing(data_dir: Path, database: Path, tell: Callable[[str], None] = lambda text: None) -> Standing:
    """Work out where the rules stand.

    Args:
        data_dir: The data folder.
        database: A database that may have been built from it as it is now, to ask instead of building one.
        tell: Told of a build, because it takes some seconds.

    Raises:
        InputError: An input is not in order.
        BuildError: The inputs cannot be built.
        MissingExtraError: duckdb is not installed.
    """
    if found := reuse(data_dir, database):
        return Standing(*ask(found.database, ("rules", "sentences")))
    tell(f"{database} is missing or out of date: building a temporary one. `kb build` keeps it.")
    with scratch() as folder:
        made = build(data_dir, folder / "kb.duckdb", gate=False)
        return Standing(*ask(made.database, ("rules", "sentences")))


def confirm(
    data_dir: Path, found: Standing, names: Sequence[str], reason: str, today: date, *, fingerprint: str | None = None
) -> tuple[Confirmation, ...]:
    """Note that a person compared the present wording of sentences with the rules, and that they agree.

    Args:
        data_dir: The data folder; `curated/confirmations.csv` in it gets the rows.
        found: Where the rules of that folder stand.
        names: Sentences, or rules for all unconfirmed sentences that bear on them.
        reason: What was compared, in a sentence.
        today: Day of the confirmation.
        fingerprint: The wording that was compared, where it is not the present one; for one sentence only.

    Returns:
        The new rows.

    Raises:
        ConfirmError: No such sentence or rule, nothing unconfirmed there, or an unusable reason or fingerprint.
        InputError: An input is not in order.
        OSError: The table cannot be written.
    """
    reason = reason.strip()
    if not reason or not reason.isprintable():
        raise ConfirmError("the reason must be a sentence on one line")
    chosen = _chosen(found, names)
    if fingerprint is not None:
        if len(chosen) != 1:
            raise ConfirmError(f"a fingerprint is of one sentence, and {len(chosen)} are meant")
        _require_seen(data_dir, chosen[0], fingerprint)
    rows = tuple(
        Confirmation(row["sentence_id"], fingerprint or row["fingerprint"] or ABSENT, today, reason) for row in chosen
    )
    _write(data_dir, rows)
    return rows


def _chosen(found: Standing, names: Sequence[str]) -> list[Row]:
    """The unconfirmed sentences that are meant, each once, in order."""
    known: dict[str, list[Row]] = {row["sentence_id"]: [row] for row in found.sentences}
    for row in found.sentences:
        for rule in row["rules"]:
            known.setdefault(rule, []).append(row)
    chosen: dict[str, Row] = {}
    for name in names:
        if name not in known:
            near = (
                get_close_matches(name, known, n=3) or [other for other in known if name.lower() in other.lower()][:3]
            )
            hint = f"; near names: {', '.join(near)}" if near else "; see kb rule list and kb rule review"
            raise ConfirmError(f"no watched sentence and no rule is called {name!r}{hint}")
        open_ones = [row for row in known[name] if row["status"] in UNCONFIRMED]
        if not open_ones:
            statuses = ", ".join(sorted({row["status"] for row in known[name]}))
            raise ConfirmError(f"{name}: nothing to confirm ({statuses})")
        chosen.update((row["sentence_id"], row) for row in open_ones)
    return [chosen[name] for name in sorted(chosen)]


def _require_seen(data_dir: Path, sentence: Row, fingerprint: str) -> None:
    """A fingerprint that no reading showed is a slip of the pen."""
    name = sentence["sentence_id"]
    spec = SPECS[sentence["source"]]
    told = [(fact, value) for *_, thing, fact, value in read_log(spec.path(data_dir), spec).rows if thing == name]
    seen = [ABSENT if fact == PRESENCE else value for fact, value in told if value not in ("", "true")]
    if fingerprint not in seen:
        raise ConfirmError(f"{name} was never seen as {fingerprint!r}; seen were: {', '.join(dict.fromkeys(seen))}")


def _write(data_dir: Path, rows: Sequence[Confirmation]) -> None:
    path = _TABLE.path(data_dir)
    cells = {(row["sentence_id"], row["fingerprint"]): row for row in read_curated(path, _TABLE)}
    for row in rows:
        if (row.sentence_id, row.fingerprint) in cells:
            raise ConfirmError(f"{row.sentence_id}: {row.fingerprint} stands in {path} already")
        cells[row.sentence_id, row.fingerprint] = vars(row) | {"confirmed_on": row.confirmed_on.isoformat()}
    lines = (tuple(cells[key][column] for column in _TABLE.columns) for key in sorted(cells))
    replace_atomically(path, render(_TABLE.columns, lines))
