"""Reads the lookup snapshot, the file with all answers about every instance type. Standard library only.

The file begins with an index of its sections, one of them per instance type. Reading it checks that the file is whole;
a section is split into lines and cells when it is first needed.
"""

from __future__ import annotations

from datetime import date

from kb._version import SCHEMA_VERSION
from kb.errors import SnapshotError
from kb.library.instance_type import InstanceType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from kb.library.model import Version

    #: Where the lines of each section begin and end in the file.
    Places = dict[str, tuple[int, int]]

#: The first day about which anything is known: SageMaker's launch.
EPOCH = date(2017, 11, 29)

#: Attributes of a type that have no history: the first line of its section.
NAME_COLUMNS = InstanceType._fields[: InstanceType._fields.index("valid_from")]
#: Attributes that do: a line for each time something changed, newest first. The last line has the verdicts.
SPAN_COLUMNS = InstanceType._fields[len(NAME_COLUMNS) :]

_AGAIN = "run `kb build`, or install the package again"


_READERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "bool": "true".__eq__,
    "int": int,
    "float": float,
    "date": date.fromisoformat,
}
#: How the cell of each attribute is read, and whether an empty one means that nothing is known.
_CELLS = {
    name: (_READERS[kind.removesuffix(" | None")], kind.endswith(" | None"))
    for name, kind in InstanceType.__annotations__.items()
}


class Snapshot:
    """The parsed snapshot.

    Instances are never changed once made, and the caches only ever gain equal values, so threads may share one.

    Attributes:
        data_version: Version of the data.
        input_sha256: SHA-256 of the inputs it was made from.
        workloads: Names of the workloads, sorted.
        type_names: Names of the instance types, sorted.
    """

    def __init__(self, path: str) -> None:
        """Read `path`.

        Raises:
            SnapshotError: the file is missing, damaged, or of another schema version.
        """
        self._path = path
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib takes longer than a lookup
                self._content = file.read()
            if not self._content.isascii():
                self._content.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise SnapshotError(f"{path}: cannot be read ({error}); {_AGAIN}") from error
        self._rows_of: dict[str, list[list[str]]] = {}
        self._types: dict[str, tuple[tuple[InstanceType, ...], list[str]]] = {}
        self._listed: dict[tuple[str, str], str] | None = None
        try:
            start = self._content.index(b"\n[", self._content.index(b"[meta]\n")) + 1
            meta = dict(line.split("\t") for line in self._content[:start].decode().split("\n")[2:-1])
            if meta["schema_version"] != str(SCHEMA_VERSION):
                found = meta["schema_version"]
                raise SnapshotError(f"{path}: schema version {found}, but this reads {SCHEMA_VERSION}; run `kb build`")
            self.data_version = meta["data_version"]
            self.input_sha256 = meta["input_sha256"]
            self._sections, end = _places(meta["sections"], start)
            self._type_sections, end = _places(meta["types"], end)
            if self._content[end:] != b"[end]\n":
                raise SnapshotError(f"{path}: not a lookup snapshot, or cut off; {_AGAIN}")
            self.workloads = tuple(row[0] for row in self.rows("workloads"))
        except (KeyError, ValueError) as error:
            raise SnapshotError(f"{path}: not a lookup snapshot, or cut off; {_AGAIN}") from error
        self.type_names = tuple(self._type_sections)

    def has_type(self, name: str) -> bool:
        """Whether the snapshot knows the type."""
        return name in self._type_sections

    def versions(self) -> tuple[Version, ...]:
        """Every data version, oldest first."""
        from kb.library.model import Version

        return tuple(
            Version(
                version=version,
                released_on=date.fromisoformat(version.replace(".", "-")),
                changes=int(changes),
                summary=summary,
            )
            for version, changes, summary in self.rows("versions")
        )

    def spans(self, name: str) -> tuple[InstanceType, ...]:
        """The facts about a type over time, newest first."""
        return self._type(name)[0]

    def steps(self, name: str, workload: str) -> list[tuple[str, list[str]]]:
        """Day (as 20260610) and cells of the answer for each verdict on a type in a workload, newest first."""
        answers = self.rows("answers")
        steps = self._type(name)[1][self.workloads.index(workload)].split(" ")
        return [(step[:8], answers[int(step[9:])]) for step in steps]

    def outcome(self, name: str, workload: str, day: date) -> str:
        """Return only the outcome's word, for comparing many."""
        mark = f"{day:%Y%m%d}"
        return next((cells[0] for began, cells in self.steps(name, workload) if began <= mark), "not_offered")

    def title(self, workload: str) -> str:
        """Name of a workload for people."""
        return self._workload(workload)[1]

    def recommendation(self, workload: str) -> str | None:
        """What to do if data must be under a customer key and the type has local storage."""
        return self._workload(workload)[2] or None

    def enum_shape(self, workload: str) -> str | None:
        """Enum of the SageMaker API that lists the types of a workload; None where its requests name none."""
        return self._workload(workload)[3] or None

    def component(self, workload: str) -> str | None:
        """Price list component whose Region lists speak for a workload; None where no list was read for it."""
        component = self._workload(workload)[4]
        return component if component in self.components() else None

    def rule_outcomes(self, day: date) -> dict[str, tuple[str, str]]:
        """Outcome without and with local storage per workload, as the rules stood on a day."""
        return {
            workload: (without, with_storage)
            for workload, valid_from, without, with_storage in self.rows("rule_history")  # oldest first
            if date.fromisoformat(valid_from) <= day
        }

    def region_names(self) -> tuple[str, ...]:
        """Every Region that a Region list names."""
        return tuple(row[0] for row in self.rows("region_names"))

    def components(self) -> tuple[str, ...]:
        """Every component that a Region list speaks of."""
        return tuple(sorted({component for _, component in self._region_cells()}))

    def regions_since(self, component: str) -> date | None:
        """First day on which a Region list of a component was read; None where none was."""
        cells = (cell for (_, named), cell in self._region_cells().items() if named == component)
        days = [step[:8] for cell in cells for step in cell.split(" ")]
        return date.fromisoformat(min(days)) if days else None

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

    def rows(self, section: str) -> list[list[str]]:
        """The cells of every line of a section.

        Raises:
            SnapshotError: the file is damaged there.
        """
        found = self._rows_of.get(section)
        if found is None:
            found = self._rows_of[section] = self._read(section, self._sections)
        return found

    def _workload(self, workload: str) -> list[str]:
        return self.rows("workloads")[self.workloads.index(workload)]

    def _region_cells(self) -> dict[tuple[str, str], str]:
        if self._listed is None:
            self._listed = {(name, component): cell for name, component, cell in self.rows("regions")}
        return self._listed

    def _type(self, name: str) -> tuple[tuple[InstanceType, ...], list[str]]:
        """What was known about a type, newest first, and for each workload the days and numbers of its answers."""
        known = self._types.get(name)
        if known is None:
            fixed, *spans, verdicts = self._read(name, self._type_sections)
            lasting = _attributes(NAME_COLUMNS, fixed)
            types = tuple(InstanceType(**lasting, **_attributes(SPAN_COLUMNS, span)) for span in spans)
            known = self._types[name] = types, verdicts
        return known

    def _read(self, section: str, places: Places) -> list[list[str]]:
        start, end = places[section]
        heading = f"[{section}]\n".encode()
        if not self._content.startswith(heading, start - len(heading)):
            raise SnapshotError(f"{self._path}: damaged at the section {section}; {_AGAIN}")
        return [line.split("\t") for line in self._content[start:end].decode().split("\n")[:-1]]


def _attributes(columns: tuple[str, ...], cells: list[str]) -> dict[str, Any]:
    found = {}
    for name, cell in zip(columns, cells, strict=True):
        read, is_optional = _CELLS[name]
        found[name] = None if is_optional and not cell else read(cell)
    return found


def _places(index: str, position: int) -> tuple[Places, int]:
    """Where the sections of an index stand, if the heading of the first begins at a position; and where they end."""
    places: Places = {}
    for entry in index.split(" "):
        name, _, size = entry.rpartition(":")
        start = position + len(f"[{name}]\n")
        position = start + int(size)
        places[name] = start, position
    return places, position
