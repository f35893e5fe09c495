"""What a refresh found and did: the exit status, everything for JSON, and Markdown for the body of a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.checks import CheckResult
from kb.library.changes import HEADINGS, Kind, grouped
from kb.library.words import counted
from scrapers.refresh.comparison import Differences, Row
from scrapers.refresh.markdown import code, folded, prose, table
from scrapers.refresh.sources import Outcome, SourceOutcome

#: A pull request takes 65,536 characters.
MAX_CHARACTERS = 60_000
#: What to do if a check refuses.
_EXCEPTIONS = (
    "If the data is right, add a row with the reason to `data/curated/check_exceptions.csv`; `kb build` then publishes "
    "it."
)
#: Rows that a table shows; fewer if the report would be too long.
_ROWS_SHOWN = 200
#: A longer table is folded.
_FOLDED_FROM = 15
#: Names written out in one cell.
_NAMES_SHOWN = 8

#: The cells of a row of a table; the only one of an item of a list.
_Cells = tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What a refresh found and did.

    Attributes:
        sources: How each source was read, or why it was not.
        version_before: Data version of the logs as they were.
        version_after: Data version of the logs as they are (or would be, in a dry run).
        differences: What differs in the database, part by part.
        gate: Outcome of every data check on the new database.
        files: Files of the data folder that were written (or would be, in a dry run), relative to it.
        is_dry_run: Nothing was to be written.
        published: Database and snapshot that were made; empty where none was.
        problem: Why publishing failed although the gate accepts everything; empty if it did not.
    """

    sources: tuple[SourceOutcome, ...]
    version_before: str
    version_after: str
    differences: Differences
    gate: tuple[CheckResult, ...]
    files: tuple[str, ...] = ()
    is_dry_run: bool = False
    published: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether any source shows something new."""
        return bool(self.having(Outcome.CHANGED))

    @property
    def refusals(self) -> tuple[CheckResult, ...]:
        """Checks that stop publishing."""
        return tuple(result for result in self.gate if result.blocks)

    @property
    def reviews(self) -> tuple[CheckResult, ...]:
        """Checks that stop nothing but ask for a review."""
        return tuple(result for result in self.gate if result.needs_review and not result.blocks)

    @property
    def exit_status(self) -> int:
        """0 if nobody needs to look at anything, otherwise 1."""
        return 1 if self.refusals or self.reviews or self.having(Outcome.FAILED) or self.problem else 0

    def having(self, outcome: Outcome) -> tuple[SourceOutcome, ...]:
        """The sources with this outcome."""
        return tuple(source for source in self.sources if source.outcome is outcome)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "is_changed": self.is_changed,
            "is_dry_run": self.is_dry_run,
            "exit_status": self.exit_status,
            "data_version": {"before": self.version_before, "after": self.version_after},
            "sources": [source.as_dict() for source in self.sources],
            "changes": self.differences,
            "gate": [result.as_dict() for result in self.gate],
            "files": list(self.files),
            "published": list(self.published),
            "problem": self.problem or None,
        }


@dataclass(frozen=True)
class _Part:
    """A part of the report about the database.

    Attributes:
        name: Its name in `comparison.PARTS`.
        heading: Its heading.
        headers: Headers of its table; empty for a list.
        written: Makes the cells from the rows of the part.
        counted_as: What the headline counts: one, and many if an ``s`` is not enough.
        number: How many of these some rows are.
    """

    name: str
    heading: str
    headers: Sequence[str]
    written: Callable[[Sequence[Row]], Iterable[_Cells]]
    counted_as: Sequence[str]
    number: Callable[[Sequence[Row]], int] = len


def render(report: Report) -> str:
    """The report as Markdown; long tables are cut until it fits, and the JSON form has everything."""
    limit = _ROWS_SHOWN
    while True:
        text = "\n\n".join(f"## {title}\n\n{body}" for title, body in _sections(report, limit) if body)
        text = f"# {headline(report)}\n\n{_state(report)}\n\n{text}\n"
        if len(text) <= MAX_CHARACTERS or limit == 1:
            return text[:MAX_CHARACTERS]
        limit //= 2


def _sections(report: Report, limit: int) -> Iterable[tuple[str, str]]:
    for part in _PARTS:
        rows = list(part.written(report.differences[part.name]))
        yield part.heading, _listed(rows, limit, part.headers)
    yield "What the gate says", _checks(report, limit)
    yield "Sources", _sources(report)
    for title, name in (("Not understood", "remarks"), ("Not read", "failures")):
        told = [(f"{code(one.source)}: {prose(each)}",) for one in report.sources for each in getattr(one, name)]
        yield title, _listed(told, limit)


def headline(report: Report) -> str:
    """The report in one line."""
    if not report.is_changed:
        return "Nothing changed."
    numbers = [(part.number(report.differences[part.name]), part.counted_as) for part in _PARTS]
    what = [counted(number, *nouns) for number, nouns in numbers if number]
    first = counted(len(report.having(Outcome.CHANGED)), "source shows", "sources show")
    return f"{first} something new: {', '.join(what)}." if what else f"{first} something new."


def _state(report: Report) -> str:
    """What was written, and what stands in the way of the rest."""
    before, after = report.version_before, report.version_after
    files, published = (", ".join(code(name) for name in names) for names in (report.files, report.published))
    kept = "" if report.is_dry_run else " The logs hold what was seen; database and snapshot are unchanged."
    failed = len(report.having(Outcome.FAILED))
    sentences = (
        (before == after, f"Data version {before}, as before."),
        (before != after, f"Data version {before} → {after}."),
        (report.is_dry_run, "Dry run: nothing was written."),
        (report.is_dry_run and files, f"A refresh would write {files}."),
        (not report.is_dry_run and files, f"Written: {files}."),
        (report.refusals, f"**The gate refuses to publish.**{kept}"),
        (report.reviews, "**Manual review required.**"),
        (failed, f"**{counted(failed, 'source')} failed.**"),
        (published, f"Published: {published}."),
        (report.problem, f"**Not published:** {prose(report.problem)}"),
    )
    return " ".join(sentence for is_so, sentence in sentences if is_so)


def _listed(rows: Sequence[_Cells], limit: int, headers: Sequence[str] = ()) -> str:
    """A table, or a list without headers; folded where it is long, cut where it is too long."""
    if not rows:
        return ""
    text = table(headers, rows[:limit]) if headers else "\n".join(f"- {item}" for (item,) in rows[:limit])
    if len(rows) > limit:
        text += ("\n\n" if headers else "\n- ") + f"and {len(rows) - limit} more, all of them in the JSON form"
    return text if len(rows) <= _FOLDED_FROM else folded(counted(len(rows), "row"), text)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:_NAMES_SHOWN])
    return f"{shown} and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else shown


def _each(cells: Callable[[Row], _Cells]) -> Callable[[Sequence[Row]], Iterable[_Cells]]:
    """Write each row by itself."""
    return lambda rows: map(cells, rows)


def _outcomes_of(answers: Sequence[str]) -> str:
    """`training: encrypts` and so on, gathered by outcome."""
    pairs = sorted(tuple(reversed(each.split(": ", 1))) for each in answers)
    found = grouped(pairs, lambda pair: pair[0]).items()
    return "; ".join(f"{code(outcome)} in {_names([pair[1] for pair in mine])}" for outcome, mine in found)


def _gone_from(row: Row) -> str:
    if row["regions"]:
        return f"{code(row['place'])} in {counted(len(row['regions']), 'Region')}: {_names(row['regions'])}"
    return f"the enum {code(row['place'])}" if row["kind"] == "enum" else prose(row["place"])


def _answers(found: Sequence[Row]) -> Iterable[_Cells]:
    """One line per workload and pair of outcomes."""
    groups = grouped(found, lambda row: (row["workload"], row["old_outcome"], row["new_outcome"]))
    for (workload, old, new), rows in groups.items():
        names = [row["instance_type"] for row in rows]
        yield code(workload), code(old), code(new) or "no row", str(len(names)), _names(names)


def _evidence(row: Row) -> _Cells:
    was = _wording(row["previous_fingerprint"], row["previous_since"])
    now = _wording(row["fingerprint"], row["seen_since"])
    confirm = code(f"kb rule confirm {row['sentence_id']} --reason '...'")
    lines = (
        f"{code(row['sentence_id'])} in {code(row['place'])}"
        f"{'' if row['is_news'] else ' (known before this refresh)'}: {was} → {now}",
        f"compare {prose(row['url'])} with {_names(row['rules']) or 'none'} ({_names(row['workloads'])})",
        f"{counted(row['verdicts'], 'answer is', 'answers are')} marked `evidence_changed`",
        f"if the rules still hold: {confirm}",
    )
    return ("\n  - ".join(lines),)


def _wording(fingerprint: str | None, since: str | None) -> str:
    if since is None:
        return "never read"
    return f"{'not there' if fingerprint is None else code(fingerprint)} ({since})"


def _regions(found: Sequence[Row]) -> Iterable[_Cells]:
    """One line per component and source."""
    for (component, source), rows in grouped(found, lambda row: (row["component"], row["source"])).items():
        listed = sum(row["change"] == "listed" for row in rows)
        names = sorted({row["instance_type"] for row in rows})
        yield code(source), code(component), f"+{listed}", f"-{len(rows) - listed}", _names(names)


def _checks(report: Report, limit: int) -> str:
    blocks = [_check(result, limit) for result in (*report.refusals, *report.reviews)]
    if report.refusals:
        blocks.append(_EXCEPTIONS)
    if report.is_changed and not blocks:
        blocks.append(f"All {len(report.gate)} data checks passed.")
    return "\n\n".join(blocks)


def _check(result: CheckResult, limit: int) -> str:
    asks = "refuses" if result.blocks else "asks for a review"
    head = f"**{code(result.check.name)} {asks}**: {prose(result.check.description)}"
    rows = [(code(each.subject), prose(each.detail)) for each in result.violations]
    stale = [
        (f"the exception for {code(each)} in `check_exceptions.csv` is no longer needed",) for each in result.stale
    ]
    parts = (head, _listed(rows, limit, ("subject", "what")), _listed(stale, limit))
    return "\n\n".join(part for part in parts if part)


def _sources(report: Report) -> str:
    rows = [
        (
            code(source.source),
            source.outcome.value,
            ", ".join(code(origin) for origin in source.origins[-2:]),
            str(source.rows_seen or ""),
            str(source.rows_changed or ""),
            prose(source.reason),
        )
        for source in report.sources
    ]
    return table(("source", "outcome", "read", "rows seen", "rows changed", "why"), rows)


#: The parts about the database, in the order in which changes are told everywhere.
_PARTS = (
    _Part(
        "evidence",
        HEADINGS[Kind.EVIDENCE],
        (),
        _each(_evidence),
        ("changed sentence",),
        lambda rows: sum(row["is_news"] for row in rows),
    ),
    _Part(
        "answers", HEADINGS[Kind.VERDICT], ("workload", "before", "now", "types", ""), _answers, ("changed outcome",)
    ),
    _Part(
        "new_types",
        HEADINGS[Kind.TYPE_ADDED],
        ("type", "local storage", "a volume key"),
        _each(
            lambda row: (
                code(row["instance_type"]),
                code(row["local_storage"]) or "not known",
                _outcomes_of(row["answers"]),
            )
        ),
        ("new instance type",),
    ),
    _Part(
        "vanished",
        "Vanished",
        ("name", "gone from", "source"),
        _each(lambda row: (code(row["name"]), _gone_from(row), code(row["source"]))),
        ("vanished name",),
        lambda rows: len({row["name"].removeprefix("ml.") for row in rows}),
    ),
    _Part(
        "facts",
        HEADINGS[Kind.FACT],
        ("type", "fact", "before", "now", "source", "origin"),
        _each(
            lambda row: (
                code(row["ec2_type"]),
                f"{code(row['fact'])} {code(row['scope'])}".strip(),
                code(row["old_value"]) or "not stated",
                code(row["new_value"]) or "not stated",
                code(row["source"]),
                code(row["origin"]),
            )
        ),
        ("type with changed hardware facts", "types with changed hardware facts"),
        lambda rows: len({row["ec2_type"] for row in rows}),
    ),
    _Part(
        "first_facts",
        HEADINGS[Kind.FACTS_ADDED],
        ("source", "facts", "types", "origin"),
        _each(lambda row: (code(row["source"]), str(row["facts"]), str(row["types"]), code(row["origin"]))),
        ("first fact",),
        lambda rows: sum(row["facts"] for row in rows),
    ),
    _Part(
        "regions",
        HEADINGS[Kind.REGION],
        ("source", "component", "listed", "gone", "types"),
        _regions,
        ("changed Region listing",),
    ),
    _Part(
        "conflicts",
        "New and resolved conflicts",
        ("", "subject", "fact", "value used", "other value"),
        _each(
            lambda row: (
                "new" if row["change"] == "came" else "resolved",
                code(row["subject"]),
                code(row["fact"]),
                *(f"{code(row[f'{side}_source'])}: {code(row[f'{side}_value'])}" for side in ("chosen", "other")),
            )
        ),
        ("new or resolved conflict",),
    ),
)
