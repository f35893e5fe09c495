"""Writes the lookup snapshot: the part of the database that `kb.lookup` and `kb.volume_kms` answer from.

One tab-separated text file, so that it is read in a millisecond with the standard library, and replaced in one
step. Sections begin with a line ``[name]``; their columns are those that :mod:`kb.library.snapshot` and
:mod:`kb.library.verdicts` read. The index at the top has the bytes of every section, so that a reader finds one
without going through the others, and sees at once whether the file is whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from kb.dataset.database import Connection, build_info
from kb.dataset.schema import SCHEMA_VERSION
from kb.library.snapshot import NAME_COLUMNS, SPAN_COLUMNS
from kb.library.verdicts import ANSWER_COLUMNS, TEXT_COLUMNS

#: The lines of each section.
Sections = dict[str, list[str]]
Ask = Callable[[str], list[tuple[Any, ...]]]


#: Sections that are a query's rows as they are.
_SECTIONS = {
    "versions": "SELECT version, changes, summary FROM versions ORDER BY version",
    "workloads": """
        SELECT w.workload, w.title, w.recommendation, w.enum_shape, coalesce(w.price_component, p.price_component)
        FROM workloads AS w
        LEFT JOIN workloads AS p ON p.workload = w.runs_as
        ORDER BY w.workload""",
    "requests": """
        SELECT workload, operations, instance_type_paths, volume_kms_key_paths, volume_size_paths
        FROM workloads ORDER BY workload""",
    "actions": """
        SELECT workload, action, bool_or(has_key), bool_or(has_types)
        FROM (
            SELECT workload, action, has_volume_kms_key AS has_key, has_instance_types AS has_types
            FROM iam_condition_keys WHERE workload IS NOT NULL
            UNION ALL
            SELECT workload, trim(unnest(string_split(operations, ','))), false, false FROM workloads
        )
        GROUP BY workload, action ORDER BY workload, action""",
    "readings": """
        SELECT source, arg_max(origin, (observed_on, origin)), max(observed_on)
        FROM scrapes GROUP BY source ORDER BY source""",
    "rules": """
        SELECT rule_id, any_value(api_member), any_value(release), any_value(rule_since), any_value(url),
            any_value(documentation)
        FROM kms_rules GROUP BY rule_id ORDER BY rule_id""",
    "rule_history": """
        SELECT workload, valid_from, coalesce(outcome_without_local_storage_nitro, outcome_without_local_storage),
            outcome_with_local_storage
        FROM kms_rules ORDER BY workload, valid_from""",
    "contradictions": """
        SELECT contradiction_id, says_outcome, statement, source_title, url, seen_on, newer_side
        FROM contradictions ORDER BY contradiction_id""",
    "reviews": """
        SELECT h.sentence_id, h.unconfirmed_since, w.place, h.origin, w.url
        FROM watched_sentences_history AS h JOIN watched_sentences AS w USING (sentence_id)
        WHERE h.valid_from = h.unconfirmed_since ORDER BY h.sentence_id, h.valid_from DESC""",
}


def render(connection: Connection) -> str:
    """Return the snapshot's text. The same database gives the same text."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    info = build_info(connection)
    sections: Sections = {name: _lines(ask(sql)) for name, sql in _SECTIONS.items()}
    sections |= _regions(ask)
    answers, verdicts = _verdicts(ask)
    sections |= answers
    types = _types(ask, verdicts)
    lines = [
        "# The lookup snapshot, written by `kb build` from the database; not to be edited.",
        "[meta]",
        f"schema_version\t{SCHEMA_VERSION}",
        f"data_version\t{info['data_version']}",
        f"input_sha256\t{info['input_sha256']}",
        f"sections\t{_index(sections)}",
        f"types\t{_index(types)}",
    ]
    for name, inside in (*sections.items(), *types.items()):
        lines += [f"[{name}]", *inside]
    return "\n".join([*lines, "[end]", ""])


def _index(sections: Sections) -> str:
    """Name and bytes of each section, without its heading."""
    return " ".join(f"{name}:{sum(len(line.encode()) + 1 for line in lines)}" for name, lines in sections.items())


def _lines(rows: Iterable[Sequence[Any]]) -> list[str]:
    return ["\t".join(_cell(value) for value in row) for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if "\t" in text or "\n" in text:
        raise ValueError(f"a tab or line break in {text!r}; the snapshot cannot hold it")
    return text


def _regions(ask: Ask) -> Sections:
    """Regions per type and component: for each change a date and a bit mask, newest first.

    Bit n of the hexadecimal mask is the nth Region of the section ``region_names``.
    """
    spans = ask("SELECT instance_type, component, region, valid_from, valid_to FROM region_listings ORDER BY ALL")
    names = sorted({row[2] for row in spans})
    bit = {name: 1 << position for position, name in enumerate(names)}
    by_type: dict[tuple[str, str], list[tuple[str, date, date | None]]] = defaultdict(list)
    for subject, component, region, valid_from, valid_to in spans:
        by_type[subject, component].append((region, valid_from, valid_to))
    lines = []
    for (subject, component), listed in sorted(by_type.items()):
        days = sorted({day for _, first, last in listed for day in (first, last) if day}, reverse=True)
        cells = []
        for day in days:
            mask = sum({bit[region] for region, first, last in listed if first <= day and (last is None or day < last)})
            cells.append(f"{day:%Y%m%d}:{mask:x}")
        lines.append(f"{subject}\t{component}\t{' '.join(cells)}")
    return {"region_names": names, "regions": lines}


def _verdicts(ask: Ask) -> tuple[Sections, dict[str, list[str]]]:
    """Distinct sentences once, distinct answers once, and per type and workload the days on which which answer began.

    An answer holds the numbers of its sentences, which are templates: ``{type}`` stands for the type until a verdict is
    shown. A verdict cell is ``day:answer day:answer ...``, newest first; each type has one per workload.
    """
    of_template = ("reason", "volume_size_note")
    columns = ", ".join(f"{'t' if name in of_template else 'v'}.{name}" for name in ANSWER_COLUMNS[:-1])
    history = ask(
        f"SELECT instance_type, workload, valid_from, {columns}, v.storage_basis IS NOT NULL "
        "FROM kms_verdicts_history AS v "
        "JOIN internal.verdict_templates AS t USING (instance_type, workload, valid_from) "
        "ORDER BY instance_type, workload, valid_from DESC"
    )
    texts: dict[str, int] = {}
    answers: dict[tuple[Any, ...], int] = {}
    cells: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for instance_type, workload, valid_from, *answer in history:
        generic = tuple(
            texts.setdefault(value, len(texts)) if column in TEXT_COLUMNS and value else value
            for column, value in zip(ANSWER_COLUMNS, answer, strict=True)
        )
        number = answers.setdefault(generic, len(answers))
        cells[instance_type][workload].append(f"{valid_from:%Y%m%d}:{number}")
    sections = {"texts": _lines((text,) for text in texts), "answers": _lines(answers)}
    return sections, {name: [" ".join(steps) for steps in each.values()] for name, each in cells.items()}


def _types(ask: Ask, verdicts: dict[str, list[str]]) -> Sections:
    """A section per type: what has no history, a line for each time something changed, and the verdicts."""
    types = {row[0]: _lines([row]) for row in ask(f"SELECT {', '.join(NAME_COLUMNS)} FROM instance_types ORDER BY ALL")}
    sql = f"SELECT instance_type, {', '.join(SPAN_COLUMNS)} FROM instance_types_history"
    for name, *span in ask(f"{sql} ORDER BY instance_type, valid_from DESC"):
        types[name] += _lines([span])
    for name, cells in verdicts.items():
        types[name].append("\t".join(cells))
    return types
