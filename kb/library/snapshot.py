"""Reads the lookup snapshot with the standard library, each part when it is first needed."""

from __future__ import annotations

from datetime import date

from kb._version import SCHEMA_VERSION
from kb.errors import SnapshotError
from kb.library.model import Basis, Contradiction, Evidence, InstanceType, Outcome, Verdict, Version, VolumeSize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

#: The first day about which anything is known: SageMaker's launch.
EPOCH = date(2017, 11, 29)

#: Attributes of a type that have no history.
NAME_COLUMNS = InstanceType._fields[: InstanceType._fields.index("valid_from")]
#: Attributes that do; each row of the section ``spans`` begins with the type and the day from which it held.
SPAN_COLUMNS = (
    "instance_type",
    "valid_from",
    "valid_to",
    *InstanceType._fields[InstanceType._fields.index("status") :],
)

#: Columns of the section ``answers``; those in TEXT_COLUMNS hold the number of a line of the section ``texts``.
ANSWER_COLUMNS = (
    "outcome",
    "basis",
    "basis_note",
    "reason",
    "rule_id",
    "volume_size_rule",
    "volume_size_limit_gb",
    "volume_size_note",
    "volume_size_url",
    "contradictions",
    "changed_sentences",
    "offering_basis",
    "offering_origin",
    "offered_since",
    "rests_on_storage",
)
TEXT_COLUMNS = frozenset({"basis_note", "reason", "volume_size_note", "volume_size_url", "offering_origin"})


def _boolean(text: str) -> bool | None:
    return None if text == "" else text == "true"


def _text(text: str) -> str | None:
    return text or None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _number(text: str) -> float | None:
    return float(text) if text else None


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "str | None": _text,
    "bool | None": _boolean,
    "int | None": _whole,
    "float | None": _number,
    "date": date.fromisoformat,
    "date | None": _day,
}
_CONVERT = {
    name: _CONVERTERS[kind] for name, kind in InstanceType.__annotations__.items() if name in InstanceType._fields
}


class Snapshot:
    """The parsed snapshot.

    Reading the file splits it into sections and lines; cells are parsed when they are asked for. Instances are never
    changed once made, and the caches only ever gain equal values, so threads may share one.
    """

    def __init__(self, path: str) -> None:
        """Read `path`.

        Raises:
            SnapshotError: the file is missing, damaged, or of another schema version.
        """
        try:
            with open(path, encoding="utf-8") as file:  # noqa: PTH123 - importing pathlib takes longer than a lookup
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise SnapshotError(
                f"{path}: cannot be read ({error}); run `kb build`, or install the package again"
            ) from error
        self._split: dict[str, list[str]] = {}
        self._cells: dict[str, list[list[str]]] = {}
        try:
            self._bodies = _sections(text)
            meta = dict(line.split("\t") for line in self._lines("meta"))
            if meta["schema_version"] != str(SCHEMA_VERSION):
                found = meta["schema_version"]
                raise SnapshotError(f"{path}: schema version {found}, but this reads {SCHEMA_VERSION}; run `kb build`")
            self.data_version = meta["data_version"]
            self.input_sha256 = meta["input_sha256"]
            self.workloads = tuple(line.split("\t", 1)[0] for line in self._lines("workloads"))
            self._names = {line[: line.index("\t")]: line for line in self._lines("names")}
            self._verdict_lines = {line[: line.index("\t")]: line for line in self._lines("verdicts")}
        except (KeyError, ValueError) as error:
            raise SnapshotError(
                f"{path}: not a lookup snapshot, or cut off; run `kb build`, or install the package again"
            ) from error
        self._types: dict[str, tuple[InstanceType, ...]] = {}
        self._span_lines: dict[str, list[str]] | None = None
        self._listed: dict[tuple[str, str], str] | None = None
        self._workload_position = {name: position for position, name in enumerate(self.workloads)}

    @property
    def type_names(self) -> tuple[str, ...]:
        """Every instance type, sorted by name."""
        return tuple(self._names)

    def has_type(self, name: str) -> bool:
        """Whether the snapshot knows the type."""
        return name in self._names

    def versions(self) -> tuple[Version, ...]:
        """Every data version, oldest first."""
        found = []
        for version, changes, summary in self._rows("versions"):
            released_on = date.fromisoformat(version.replace(".", "-"))
            found.append(Version(version=version, released_on=released_on, changes=int(changes), summary=summary))
        return tuple(found)

    def spans(self, name: str) -> tuple[InstanceType, ...]:
        """What was known about a type over time, newest first."""
        known = self._types.get(name)
        if known is None:
            known = self._types[name] = self._read_spans(name)
        return known

    def answer(self, name: str, workload: str, day: date | None) -> Verdict:
        """Return the verdict for a known type and workload; `day` None means now."""
        steps = self._steps(name, workload)
        for position, (valid_from, _) in enumerate(steps):
            if day is None or valid_from <= day:
                return self._verdict(name, workload, steps, position)
        msg = f"no verdict for {name} in {workload} on {day}"
        raise SnapshotError(msg)

    def answers(self, name: str, workload: str) -> tuple[Verdict, ...]:
        """Return every verdict for a known type and workload, oldest first."""
        steps = self._steps(name, workload)
        return tuple(self._verdict(name, workload, steps, position) for position in reversed(range(len(steps))))

    def outcome(self, name: str, workload: str, day: date) -> str:
        """Return only the outcome's word, for comparing many."""
        cell = self._verdict_lines[name].split("\t")[1 + self._workload_position[workload]]
        mark = f"{day:%Y%m%d}"
        for step in cell.split(" "):
            if step[:8] <= mark:
                line = self._lines("answers")[int(step[9:])]
                return line[: line.index("\t")]
        return Outcome.NOT_OFFERED.value

    def title(self, workload: str) -> str:
        """Name of a workload for people."""
        return next(row[1] for row in self._rows("workloads") if row[0] == workload)

    def recommendation(self, workload: str) -> str | None:
        """What to do when data must be under a customer key and the type has local storage."""
        return next(row[2] or None for row in self._rows("workloads") if row[0] == workload)

    def requests(self) -> list[list[str]]:
        """Workload, operations, and paths of instance types, volume keys and volume sizes; see data/README.md."""
        return self._rows("requests")

    def component(self, workload: str) -> str | None:
        """Price list component whose Region lists speak for a workload; None where no list was read for it."""
        component = next(row[4] or None for row in self._rows("workloads") if row[0] == workload)
        return component if component in self.components() else None

    def rule_outcomes(self, day: date) -> dict[str, tuple[str, str]]:
        """Outcome without and with local storage per workload, as the rules stood on a day."""
        found: dict[str, tuple[str, str]] = {}
        for workload, valid_from, without, with_storage in self._rows("rule_history"):
            if date.fromisoformat(valid_from) <= day:
                found[workload] = (without, with_storage)
        return found

    def region_names(self) -> tuple[str, ...]:
        """Every Region that a Region list names."""
        return tuple(self._lines("region_names"))

    def components(self) -> tuple[str, ...]:
        """Every component that a Region list speaks of."""
        return tuple(sorted({component for _, component, _ in self._rows("regions")}))

    def regions_since(self, component: str) -> date | None:
        """First day on which a Region list of a component was read; None where none was."""
        days = [step[:8] for _, named, cell in self._rows("regions") if named == component for step in cell.split(" ")]
        return _compact_day(min(days)) if days else None

    def regions(self, day: date | None) -> dict[tuple[str, str], frozenset[str]]:
        """Regions per type and component, as the lists stood on a day; None means now."""
        listed = {pair: self.regions_of(*pair, day) for pair in self._region_cells()}
        return {pair: regions for pair, regions in listed.items() if regions is not None}

    def regions_of(self, name: str, component: str, day: date | None) -> frozenset[str] | None:
        """Regions of one type and component, as `regions` has them; None where no list had the type by then."""
        mark = "99999999" if day is None else f"{day:%Y%m%d}"
        for step in self._region_cells().get((name, component), "").split(" "):
            began, _, mask = step.partition(":")
            if mask and began <= mark:
                bits = int(mask, 16)
                return frozenset(region for n, region in enumerate(self.region_names()) if bits >> n & 1)
        return None

    def _region_cells(self) -> dict[tuple[str, str], str]:
        if self._listed is None:
            self._listed = {(name, component): cell for name, component, cell in self._rows("regions")}
        return self._listed

    def _lines(self, section: str) -> list[str]:
        lines = self._split.get(section)
        if lines is None:
            lines = self._split[section] = self._bodies[section].split("\n")
        return lines

    def _rows(self, section: str) -> list[list[str]]:
        rows = self._cells.get(section)
        if rows is None:
            rows = self._cells[section] = [line.split("\t") for line in self._lines(section) if line]
        return rows

    def _read_spans(self, name: str) -> tuple[InstanceType, ...]:
        if self._span_lines is None:
            lines: dict[str, list[str]] = {}
            for line in self._lines("spans"):
                lines.setdefault(line[: line.index("\t")], []).append(line)
            self._span_lines = lines
        fixed = {c: _CONVERT[c](cell) for c, cell in zip(NAME_COLUMNS, self._names[name].split("\t"), strict=True)}
        return tuple(
            InstanceType(
                **fixed | {c: _CONVERT[c](cell) for c, cell in zip(SPAN_COLUMNS, line.split("\t"), strict=True)}
            )
            for line in self._span_lines[name]
        )

    def _steps(self, name: str, workload: str) -> list[tuple[date, list[str]]]:
        """Day and answer for each verdict on a type in a workload, newest first."""
        cell = self._verdict_lines[name].split("\t")[1 + self._workload_position[workload]]
        answers = self._lines("answers")
        return [(_compact_day(step[:8]), answers[int(step[9:])].split("\t")) for step in cell.split(" ")]

    def _verdict(self, name: str, workload: str, steps: list[tuple[date, list[str]]], position: int) -> Verdict:
        valid_from, cells = steps[position]
        answer = dict(zip(ANSWER_COLUMNS, cells, strict=True))
        for column in TEXT_COLUMNS:
            if answer[column]:
                answer[column] = self._lines("texts")[int(answer[column])].replace("{type}", name)
        outcome_since = valid_from
        for earlier, other in steps[position + 1 :]:
            if other[0] != answer["outcome"]:
                break
            outcome_since = earlier
        size = None
        if answer["volume_size_rule"]:
            size = VolumeSize(
                rule=answer["volume_size_rule"],
                limit_gb=_whole(answer["volume_size_limit_gb"]),
                note=answer["volume_size_note"] or None,
                url=answer["volume_size_url"] or None,
            )
        return Verdict(
            instance_type=name,
            workload=workload,
            outcome=Outcome(answer["outcome"]),
            all_storage_under_key=answer["outcome"] == Outcome.ENCRYPTS.value,
            reason=answer["reason"],
            basis=Basis(answer["basis"]) if answer["basis"] else None,
            basis_note=answer["basis_note"] or None,
            outcome_since=outcome_since,
            valid_from=valid_from,
            valid_to=steps[position - 1][0] if position else None,
            volume_size=size,
            evidence=tuple(self._evidence(name, workload, answer, valid_from, is_current=position == 0)),
            evidence_changed=answer["changed_sentences"] != "",
            contradictions=self._contradictions(answer["contradictions"]),
            data_version=self.data_version,
        )

    def _evidence(
        self, name: str, workload: str, answer: dict[str, str], day: date, *, is_current: bool
    ) -> Iterator[Evidence]:
        if answer["rule_id"]:
            yield self._rule_evidence(answer["rule_id"])
        yield from self._reviews(answer["changed_sentences"], day)
        if answer["rests_on_storage"] == "true":
            yield self._storage_evidence(name, day)
        if answer["offering_basis"]:
            what = {"api_enum": "API enum", "price_list": "price list", "both": "API enum and price list"}[
                answer["offering_basis"]
            ]
            since = date.fromisoformat(answer["offered_since"])
            yield Evidence(
                kind="offering", what=what, origin=answer["offering_origin"], since=since, url=None, note=None
            )
        elif answer["outcome"] == Outcome.NOT_OFFERED.value and is_current:
            enum_shape = next(row[3] for row in self._rows("workloads") if row[0] == workload)
            for source, origin, read_on in self._rows("readings"):
                if source == "sagemaker_api" and enum_shape:
                    what = f"absent from {enum_shape}"
                    yield Evidence(
                        kind="offering",
                        what=what,
                        origin=origin,
                        since=date.fromisoformat(read_on),
                        url=None,
                        note=None,
                    )

    def _rule_evidence(self, rule_id: str) -> Evidence:
        for row in self._rows("rules"):
            if row[0] == rule_id:
                _, member, release, since, url, documentation = row
                note = {
                    "documented": None,
                    "silent": "the reference is silent about local storage",
                    "no_parameter": "the API has no such parameter",
                }[documentation]
                what = member or "API reference"
                day = date.fromisoformat(since)
                return Evidence(kind="rule", what=what, origin=f"botocore {release}", since=day, url=url, note=note)
        msg = f"the snapshot names a rule it does not have: {rule_id}"
        raise SnapshotError(msg)

    def _reviews(self, ids: str, day: date) -> Iterator[Evidence]:
        """The sentences that had changed by then and that nobody has confirmed."""
        for sentence_id in ids.split():
            for named, changed_on, place, origin, url in self._rows("reviews"):
                since = date.fromisoformat(changed_on)
                if named == sentence_id and since <= day:
                    note = "nobody has confirmed the rule since it changed"
                    yield Evidence(kind="review", what=place, origin=origin, since=since, url=url, note=note)
                    break

    def _storage_evidence(self, name: str, day: date) -> Evidence:
        span = next(span for span in self.spans(name) if span.valid_from <= day)
        notes = {"carried_back": "first observed later and carried back", "inferred": "inferred from the family"}
        return Evidence(
            kind="storage",
            what="has_instance_store",
            origin=span.storage_origin or "",
            since=span.storage_observed_on or span.valid_from,
            url=span.storage_url,
            note=notes.get(span.storage_basis or ""),
        )

    def _contradictions(self, ids: str) -> tuple[Contradiction, ...]:
        if not ids:
            return ()
        by_id = {row[0]: row for row in self._rows("contradictions")}
        found = []
        for contradiction_id in ids.split(" "):
            _, says, statement, title, url, seen_on, newer = by_id[contradiction_id]
            day = date.fromisoformat(seen_on)
            found.append(
                Contradiction(
                    says_outcome=says, statement=statement, source_title=title, url=url, seen_on=day, newer_side=newer
                )
            )
        return tuple(found)


def _sections(text: str) -> dict[str, str]:
    """Bodies of the sections by name.

    Raises:
        ValueError: the text was cut off.
    """
    if not text.endswith("\n[end]\n"):
        raise ValueError("the end is missing")
    parts = (part.partition("]") for part in text.split("\n[")[1:])
    return {name: body.strip("\n") for name, _, body in parts}


def _compact_day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
