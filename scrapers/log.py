"""Growing an observation log: what changed, which rows say so, and writing them so that nothing is ever half done.

How a run is written: first the log, then scrapes.csv, each through a temporary file in the same folder that is synced
and then renamed over the old one. A run that dies before the first rename has changed nothing. One that dies between
the two leaves rows in the log whose (observed_on, origin) scrapes.csv does not name. The next run notices them, goes
back to the state before them and must come to the same rows again, which completes the interrupted run; if it does not
come to them (another reading was asked for), it refuses and says what to run. A leftover temporary file is removed by
the next write of the same file; nothing ever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kb.files import replace_atomically
from kb.logs import PRESENCE, Key, LogSpec, Row
from scrapers.base import Rows, ScrapeError


def replay(rows: Iterable[Row]) -> dict[Key, str]:
    """The value of each key after the rows."""
    return {row[2:-1]: row[-1] for row in rows}


def diff(spec: LogSpec, state: Rows, observed: Rows) -> Rows:
    """What changed.

    Args:
        spec: Form of the log.
        state: Value of each key so far.
        observed: Value of each key that the source shows now. In a listing: everything that is listed. In a fact log:
            for every thing that is there, `is_present` and the facts that were read; facts that were not read stay.

    Returns:
        The new value of each key that changed. What vanished from a listing becomes false; a thing that vanished from
        a fact log gets `is_present` false and nothing else.
    """
    changes = {key: value for key, value in observed.items() if state.get(key, "") != value}
    for key in _listed(spec, state) - observed.keys():
        changes[key] = "false"
    return changes


def refuse_mass_loss(spec: LogSpec, state: Rows, observed: Rows, where: str) -> None:
    """Refuse a reading in which a whole group (enum, component) or most of everything is gone.

    Raises:
        ScrapeError: With the first such loss.
    """
    present = _listed(spec, state)
    gone = present - observed.keys()
    remedy = "If the source really dropped it, ask for it with accept_vanished (--accept-vanished)."
    if len(gone) * 2 > len(present):
        raise ScrapeError(where, f"{len(gone)} of {len(present)} entries are gone: the structure may differ", remedy)
    if spec.is_listing:
        lost = sorted({key[0] for key in present} - {key[0] for key in observed})
        if lost:
            raise ScrapeError(where, f"nothing is left of {spec.keys[0]} {lost[0]}", remedy)


def _listed(spec: LogSpec, state: Rows) -> set[Key]:
    """Keys that say that something is there."""
    return {key for key, value in state.items() if value == "true" and (spec.is_listing or key[-1] == PRESENCE)}


class Update:
    """A log that grows by readings, in memory.

    A day holds one row per key. Where several readings of one run fall on one day, the last one says what the day's
    row is, and a key that is back at its value of the day before has none.
    """

    def __init__(self, spec: LogSpec, rows: Iterable[Row]) -> None:
        self.spec = spec
        self._rows = list(rows)
        self.state = replay(self._rows)
        self._day = self._rows[-1][0] if self._rows else ""
        self._fixed = {row[2:-1] for row in self._rows if row[0] == self._day}
        self._today: dict[Key, Row] = {}
        self._before: dict[Key, str | None] = {}

    @property
    def rows(self) -> list[Row]:
        """All rows, in the log's order."""
        start = next((n for n, row in enumerate(self._rows) if row[0] == self._day), len(self._rows))
        today = sorted([*self._rows[start:], *self._today.values()], key=lambda row: row[2:-1])
        return [*self._rows[:start], *today]

    def add(self, observed_on: str, origin: str, observed: Rows) -> int:
        """Take in one reading.

        Returns:
            How many keys changed.

        Raises:
            ScrapeError: The reading is older than the log's end, or an earlier run already wrote another value for
                the same key and day.
        """
        if observed_on < self._day:
            raise ScrapeError(
                f"{origin} of {observed_on}", f"older than the end of the log ({self._day})", "Logs only grow."
            )
        if observed_on > self._day:
            self._rows = self.rows
            self._day = observed_on
            self._fixed, self._today, self._before = set(), {}, {}
        changes = diff(self.spec, self.state, observed)
        for key, value in changes.items():
            if key in self._fixed:
                raise ScrapeError(
                    f"{origin} of {observed_on}",
                    f"{', '.join(key)} already changed on that day, in a reading of an earlier run",
                    "A day holds one value: read it again with a later date.",
                )
            self._set(key, value, origin)
            if value == "false" and not self.spec.is_listing and self._says_presence(key):
                self._forget_facts(key[0])
        return len(changes)

    def _set(self, key: Key, value: str | None, origin: str) -> None:
        before = self._before.setdefault(key, self.state.get(key))
        says_nothing = before is None and (value == "" or (value == "false" and self._says_presence(key)))
        if value is None or value == before or says_nothing:
            self._today.pop(key, None)
            value = before
        else:
            self._today[key] = (self._day, origin, *key, value)
        if value is None:
            self.state.pop(key, None)
        else:
            self.state[key] = value

    def _says_presence(self, key: Key) -> bool:
        return self.spec.is_listing or key[-1] == PRESENCE

    def _forget_facts(self, thing: str) -> None:
        """A thing that is gone by the end of the day has no other rows on that day."""
        for key in [key for key in self._today if key[0] == thing and key[-1] != PRESENCE]:
            self._set(key, None, "")


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file by new content, completely or not at all.

    Raises:
        ScrapeError: The folder cannot be written to; the old file is untouched.
    """
    try:
        replace_atomically(path, content)
    except OSError as error:
        raise ScrapeError(
            str(path), f"cannot be written ({error.strerror})", "Check the folder; nothing changed."
        ) from error
