"""Growing an observation log: what changed, and which rows say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kb.dataset.log_specs import Key, LogSpec
from kb.dataset.logs import Row
from scrapers.base import Rows, ScrapeError


def replay(rows: Iterable[Row]) -> dict[Key, str]:
    """The value of each key after the rows."""
    return {row[2:-1]: row[-1] for row in rows}


#: Whether a key that was not observed keeps its value, because its part of the source was not read.
Keep = Callable[[Key], bool]


def _nothing(_key: Key) -> bool:
    return False


def diff(spec: LogSpec, state: Rows, observed: Rows, keep: Keep = _nothing) -> Rows:
    """What changed.

    Args:
        spec: Form of the log.
        state: Value of each key so far.
        observed: Value of each key that the source shows now. In a listing: everything that is listed. In a fact log:
            for every thing that is there, `is_present` and the facts that were read; facts that were not read stay.
        keep: Which keys stay although they were not observed.

    Returns:
        The new value of each key that changed. What vanished from a listing becomes false; a thing that vanished from
        a fact log gets `is_present` false and nothing else.
    """
    gone = {key: "false" for key in _listed(spec, state) - observed.keys() if not keep(key)}
    return {key: value for key, value in observed.items() if state.get(key, "") != value} | gone


def refuse_mass_loss(
    spec: LogSpec, state: Rows, observed: Rows, where: str, *, share: float = 0.5, keep: Keep = _nothing
) -> None:
    """Refuse a reading in which a whole group (enum, component) or a large part of everything is gone.

    Args:
        spec: Form of the log.
        state: Value of each key so far.
        observed: Value of each key that the source shows now.
        where: What was read, for the message.
        share: More than this share of the entries (and more than three) must not be gone at once.
        keep: Which keys stay although they were not observed.

    Raises:
        ScrapeError: With the first such loss.
    """
    present = {key for key in _listed(spec, state) if not keep(key)}
    gone = {key for key in present if observed.get(key) != "true"}
    remedy = "If the source really dropped it, ask for it with accept_vanished (--accept-vanished)."
    if len(gone) > len(present) * share and (len(gone) > 3 or len(gone) == len(present)):
        raise ScrapeError(where, f"{len(gone)} of {len(present)} entries are gone: the structure may differ", remedy)
    if spec.is_listing:
        lost = sorted({key[0] for key in present} - {key[0] for key in observed})
        if lost:
            raise ScrapeError(where, f"nothing is left of {spec.keys[0]} {lost[0]}", remedy)


def _listed(spec: LogSpec, state: Rows) -> set[Key]:
    """Keys that say that something is there."""
    return {key for key, value in state.items() if value == "true" and spec.says_presence(key)}


class Update:
    """A log that grows by readings, in memory.

    A day holds one row per key. Where several readings of one run fall on one day, the last one says what the day's
    row is, and a key that is back at its value of the day before has none. For a live source the same goes for
    readings of several runs.
    """

    def __init__(self, spec: LogSpec, rows: Iterable[Row], *, is_live: bool = False) -> None:
        self.spec = spec
        every = list(rows)
        self.state = replay(every)
        self._day = every[-1][0] if every else ""
        self._past = [row for row in every if row[0] != self._day]
        self._today = {row[2:-1]: row for row in every if row[0] == self._day}
        earlier = replay(self._past)
        self._before = {key: earlier.get(key) for key in self._today}
        self._fixed = set() if is_live else set(self._today)

    @property
    def rows(self) -> list[Row]:
        """All rows, in the log's order."""
        return [*self._past, *(self._today[key] for key in sorted(self._today))]

    def add(self, observed_on: str, origin: str, observed: Rows, keep: Keep = _nothing) -> int:
        """Take in one reading.

        Args:
            observed_on: ISO date.
            origin: Origin of the reading.
            observed: Value of each key that was read; see `diff`.
            keep: Which keys stay although they were not observed.

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
            self._past = self.rows
            self._day = observed_on
            self._fixed, self._today, self._before = set(), {}, {}
        changes = diff(self.spec, self.state, observed, keep)
        gone: set[str] = set()
        for key, value in changes.items():
            if key in self._fixed:
                raise ScrapeError(
                    f"{origin} of {observed_on}",
                    f"{', '.join(key)} already changed on that day, in a reading of an earlier run",
                    "A day holds one value: read it again with a later date.",
                )
            self._set(key, value, origin)
            if value == "false" and not self.spec.is_listing and self.spec.says_presence(key):
                gone.add(key[0])
        if gone:  # a thing that is gone by the end of the day has no other rows on that day
            gone -= {key[0] for key in _listed(self.spec, self.state)}
            for key in self._today.keys() - self._fixed:
                if key[0] in gone and not self.spec.says_presence(key):
                    self._set(key, None, "")
        return len(changes)

    def _set(self, key: Key, value: str | None, origin: str) -> None:
        before = self._before.setdefault(key, self.state.get(key))
        says_nothing = before is None and (value == "" or (value == "false" and self.spec.says_presence(key)))
        if value is None or value == before or says_nothing:
            self._today.pop(key, None)
            value = before
        else:
            self._today[key] = (self._day, origin, *key, value)
        if value is None:
            self.state.pop(key, None)
        else:
            self.state[key] = value
