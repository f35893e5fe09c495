"""The report of a refresh as Markdown, short enough for the body of a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from kb.checks import CheckResult
from scrapers.refresh.comparison import Row
from scrapers.refresh.markdown import code, counted, folded, prose, table
from scrapers.refresh.report import Report
from scrapers.refresh.sources import Outcome

#: A pull request takes 65,536 characters.
MAX_CHARACTERS = 60_000
#: What to do where a check refuses.
_EXCEPTIONS = (
    "What is right all the same gets a row with the reason in `data/curated/check_exceptions.csv`; `kb build` then "
    "publishes."
)
#: Rows that a table shows; fewer where the report would be too long.
_ROWS_SHOWN = 200
#: A longer table is folded.
_FOLDED_FROM = 15
#: Names that stand in one cell.
_NAMES_SHOWN = 8


def render(report: Report) -> str:
    """The report as Markdown; long tables are cut until it fits, and the JSON form has everything."""
    limit = _ROWS_SHOWN
    while True:
        text = "\n\n".join(part for part in _parts(report, limit) if part) + "\n"
        if len(text) <= MAX_CHARACTERS or limit == 1:
            return text[:MAX_CHARACTERS]
        limit //= 2


def _parts(report: Report, limit: int) -> Iterable[str]:
    yield f"# {headline(report)}"
    yield _state(report)
    found = report.differences
    for title, rows, section in _SECTIONS:
        yield _section(title, section(getattr(found, rows), limit))
    yield _section("What the gate says", _gate(report, limit))
    yield _section("Sources", _sources(report))
    remarks = [f"{code(source.source)}: {prose(each)}" for source in report.sources for each in source.remarks]
    yield _section("Not understood", _items(remarks, limit))
    failures = [f"{code(source.source)}: {prose(each)}" for source in report.sources for each in source.failures]
    yield _section("Not read", _items(failures, limit))


def headline(report: Report) -> str:
    """The report in one line."""
    found = report.differences
    if not report.is_changed:
        return "Nothing changed."
    facts = {row["ec2_type"] for row in found.facts}
    counts = [
        (len(found.new_types), "new instance type", ""),
        (len({row["name"].removeprefix("ml.") for row in found.vanished}), "vanished name", ""),
        (len(facts), "type with changed hardware facts", "types with changed hardware facts"),
        (sum(row["facts"] for row in found.first_facts), "first fact", ""),
        (len(found.answers), "changed answer", ""),
        (sum(row["is_news"] for row in found.evidence), "changed sentence", ""),
        (len(found.regions), "changed Region listing", ""),
        (len(found.conflicts), "conflict that came or went", "conflicts that came or went"),
    ]
    what = [counted(number, one, many) for number, one, many in counts if number]
    first = counted(report.count(Outcome.CHANGED), "source shows", "sources show")
    return f"{first} something new: {', '.join(what)}." if what else f"{first} something new."


def _state(report: Report) -> str:
    """What was written, and what stands in the way of the rest."""
    before, after = report.version_before, report.version_after
    lines = [f"Data version {before}, as before." if before == after else f"Data version {before} → {after}."]
    if report.is_dry_run:
        lines.append("Dry run: nothing was written.")
        if report.files:
            lines.append(f"A refresh would write {', '.join(code(name) for name in report.files)}.")
    elif report.files:
        lines.append(f"Written: {', '.join(code(name) for name in report.files)}.")
    if report.refusals:
        tail = "" if report.is_dry_run else " The logs hold what was seen; database and snapshot are as they were."
        lines.append(f"**The gate refuses to publish.**{tail}")
    if report.reviews:
        lines.append("**A person has to look at the evidence.**")
    if report.failed:
        lines.append(f"**{counted(len(report.failed), 'source')} failed.**")
    if report.published:
        lines.append(f"Published: {', '.join(code(name) for name in report.published)}.")
    if report.problem:
        lines.append(f"**Not published:** {prose(report.problem)}")
    return " ".join(lines)


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _rows(headers: Sequence[str], rows: Sequence[Sequence[str]], limit: int) -> str:
    """A table; folded where it is long, cut where it is too long."""
    if not rows:
        return ""
    text = table(headers, rows[:limit])
    if len(rows) > limit:
        text += f"\n\nand {len(rows) - limit} more, all of them in the JSON form"
    return text if len(rows) <= _FOLDED_FROM else folded(counted(len(rows), "row"), text)


def _items(items: Sequence[str], limit: int) -> str:
    text = "\n".join(f"- {item}" for item in items[:limit])
    if len(items) > limit:
        text += f"\n- and {len(items) - limit} more, all of them in the JSON form"
    return text if len(items) <= _FOLDED_FROM else folded(counted(len(items), "sentence"), text)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:_NAMES_SHOWN])
    return f"{shown} and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else shown


def _new_types(found: Sequence[Row], limit: int) -> str:
    rows = [
        (code(row["instance_type"]), code(row["local_storage"]) or "not known", _answers_of(row["answers"]))
        for row in found
    ]
    return _rows(("type", "local storage", "a volume key"), rows, limit)


def _answers_of(answers: Sequence[str]) -> str:
    """`training: encrypts` and so on, gathered by outcome."""
    pairs = sorted((outcome, workload) for workload, outcome in (each.split(": ", 1) for each in answers))
    gathered = [
        f"{code(outcome)} in {_names([workload for _, workload in group])}"
        for outcome, group in groupby(pairs, key=itemgetter(0))
    ]
    return "; ".join(gathered)


def _vanished(found: Sequence[Row], limit: int) -> str:
    rows = []
    for row in found:
        regions = row["regions"]
        where = f"{code(row['place'])} in {counted(len(regions), 'Region')}: {_names(regions)}" if regions else ""
        where = where or (f"the enum {code(row['place'])}" if row["kind"] == "enum" else prose(row["place"]))
        rows.append((code(row["name"]), where, code(row["source"])))
    return _rows(("name", "gone from", "source"), rows, limit)


def _facts(found: Sequence[Row], limit: int) -> str:
    rows = [
        (
            code(row["ec2_type"]),
            f"{code(row['fact'])} {code(row['scope'])}".strip(),
            code(row["old_value"]) or "not stated",
            code(row["new_value"]) or "not stated",
            code(row["source"]),
            code(row["origin"]),
        )
        for row in found
    ]
    return _rows(("type", "fact", "before", "now", "source", "origin"), rows, limit)


def _first_facts(found: Sequence[Row], limit: int) -> str:
    rows = [(code(row["source"]), str(row["facts"]), str(row["types"]), code(row["origin"])) for row in found]
    return _rows(("source", "facts", "types", "origin"), rows, limit)


def _answers(found: Sequence[Row], limit: int) -> str:
    rows = []
    for (workload, old, new), group in groupby(found, key=itemgetter("workload", "old_outcome", "new_outcome")):
        names = [row["instance_type"] for row in group]
        rows.append((code(workload), code(old), code(new) or "no row", str(len(names)), _names(names)))
    return _rows(("workload", "before", "now", "types", ""), rows, limit)


def _evidence(found: Sequence[Row], limit: int) -> str:
    blocks = []
    for row in found[:limit]:
        news = "" if row["is_news"] else " (known before this refresh)"
        was = _wording(row["previous_fingerprint"], row["previous_since"])
        now = _wording(row["fingerprint"], row["seen_since"])
        rules = _names(row["rules"]) or "none"
        confirm = f"kb rule confirm {row['sentence_id']} --reason '...'"
        blocks.append(
            f"- {code(row['sentence_id'])} in {code(row['place'])}{news}: {was} → {now}\n"
            f"  - to compare: {prose(row['url'])} with {rules} ({_names(row['workloads'])})\n"
            f"  - {counted(row['verdicts'], 'answer is', 'answers are')} marked `evidence_changed`\n"
            f"  - if the rules still hold: {code(confirm)}"
        )
    if len(found) > limit:
        blocks.append(f"- and {len(found) - limit} more, all of them in the JSON form")
    return "\n".join(blocks)


def _wording(fingerprint: str | None, since: date | None) -> str:
    if since is None:
        return "never read"
    return f"not there ({since})" if fingerprint is None else f"{code(fingerprint)} ({since})"


def _regions(found: Sequence[Row], limit: int) -> str:
    rows = []
    for (component, source), group in groupby(found, key=itemgetter("component", "source")):
        changes = list(group)
        listed = [row for row in changes if row["change"] == "listed"]
        gone = [row for row in changes if row["change"] == "gone"]
        types = sorted({row["instance_type"] for row in changes})
        rows.append((code(source), code(component), f"+{len(listed)}", f"-{len(gone)}", _names(types)))
    return _rows(("source", "component", "listed", "gone", "types"), rows, limit)


def _conflicts(found: Sequence[Row], limit: int) -> str:
    rows = [
        (
            row["change"],
            code(row["subject"]),
            code(row["fact"]),
            f"{code(row['chosen_source'])}: {code(row['chosen_value'])}",
            f"{code(row['other_source'])}: {code(row['other_value'])}",
        )
        for row in found
    ]
    return _rows(("", "subject", "fact", "used here", "the other"), rows, limit)


def _gate(report: Report, limit: int) -> str:
    blocks = [_check(result, limit) for result in (*report.refusals, *report.reviews)]
    if report.refusals:
        blocks.append(_EXCEPTIONS)
    if not blocks and not report.is_changed:
        return ""
    return "\n\n".join(blocks) or f"All {len(report.gate)} data checks passed."


def _check(result: CheckResult, limit: int) -> str:
    asks = "refuses" if result.blocks else "asks for a review"
    head = f"**{code(result.check.name)} {asks}**: {prose(result.check.description)}"
    rows = [(code(each.subject), prose(each.detail)) for each in result.violations]
    stale = [f"the exception for {code(each)} in `check_exceptions.csv` is no longer needed" for each in result.stale]
    return "\n\n".join(part for part in (head, _rows(("subject", "what"), rows, limit), _items(stale, limit)) if part)


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


_SECTIONS: tuple[tuple[str, str, Callable[[Sequence[Row], int], str]], ...] = (
    ("New instance types", "new_types", _new_types),
    ("Vanished", "vanished", _vanished),
    ("Changed hardware facts", "facts", _facts),
    ("First facts", "first_facts", _first_facts),
    ("Changed answers", "answers", _answers),
    ("Evidence that changed", "evidence", _evidence),
    ("Regions", "regions", _regions),
    ("Conflicts that came or went", "conflicts", _conflicts),
)
