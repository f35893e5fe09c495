"""The rows of scrapes.csv: which documents were read, and how many rows of the log each of them caused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from kb.dataset.log_specs import Key
from kb.dataset.logs import Row, Scrape
from scrapers.base import Reading, Rows


@dataclass
class _Owners:
    """Which document of a reading a row of the log comes from.

    What no document shows (it vanished, or all documents together say it) counts for a document of the same part
    (Region), else for one that speaks of the same thing or group, else for the first.
    """

    first: str
    keys: dict[Key, str] = field(default_factory=dict)
    parts: dict[str | None, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)


@dataclass
class Taken:
    """The documents of the readings that a run took in.

    Attributes:
        source: Name of the source.
        part: The scraper's `part`.
        scrapes: A row per document, without the number of log rows.
    """

    source: str
    part: Callable[[Key], str | None]
    scrapes: list[Scrape] = field(default_factory=list)
    _owners: dict[tuple[str, str], _Owners] = field(default_factory=dict)

    def note(self, reading: Reading, parsed: Mapping[str, Rows], seen: Mapping[str, int]) -> None:
        """Remember the documents of a reading.

        Args:
            reading: The reading.
            parsed: Rows that the log may keep, by name of the document.
            seen: Things that each document showed.
        """
        observed_on = reading.observed_on.isoformat()
        owners = self._owners.setdefault((observed_on, reading.origin), _Owners(reading.documents[0].name))
        for document in reading.documents:
            name = document.name
            self.scrapes.append(
                Scrape(observed_on, self.source, reading.origin, name, document.url, document.sha256, seen[name], 0)
            )
            for key in parsed[name]:
                owners.keys[key] = name
                owners.groups.setdefault(key[0], name)
                part = self.part(key)
                if part is not None:
                    owners.parts.setdefault(part, name)

    def counted(self, rows: Iterable[Row]) -> list[Scrape]:
        """The rows of scrapes.csv; a document that was read twice on one day has one, that of the last reading."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for row in rows:
            owners = self._owners.get((row[0], row[1]))
            if owners is not None:
                key = row[2:-1]
                of_part = owners.parts.get(self.part(key))
                name = owners.keys.get(key) or of_part or owners.groups.get(key[0]) or owners.first
                counts[row[0], row[1], name] += 1
        return [replace(s, rows_changed=counts[s.observed_on, s.origin, s.document]) for s in self.scrapes]


def merged(scrapes: Iterable[Scrape], taken: list[Scrape], rows: Iterable[Row], *, is_live: bool) -> list[Scrape]:
    """Old and new rows in order; a document that was read again on the same day replaces its row.

    A live source that is read day by day leaves four kinds of rows per document: its first reading, those that
    changed something, the last one before each of these (until then things were as before), and the newest. So the
    table grows with the changes, not with the days.

    Args:
        scrapes: The rows so far.
        taken: The rows of this run, all of one source.
        rows: All rows of that source's log, after this run.
        is_live: Whether the source is a live one.
    """
    merged_rows = {(s.observed_on, s.source, s.origin, s.document): s for s in (*scrapes, *taken)}
    if is_live and taken:
        _recount(merged_rows, taken, rows)
        for name in {s.document for s in taken}:
            mine = sorted(key for key in merged_rows if key[1] == taken[0].source and key[3] == name)
            changed = [bool(merged_rows[key].rows_changed) for key in mine]
            for key, *news in zip(mine[1:-1], changed[1:-1], changed[2:], strict=True):
                if not any(news):
                    del merged_rows[key]
    return [merged_rows[key] for key in sorted(merged_rows)]


def _recount(merged_rows: dict[tuple[str, str, str, str], Scrape], new: list[Scrape], rows: Iterable[Row]) -> None:
    """Correct the counts of earlier runs of the same day, whose rows a later reading may have replaced.

    What this run read has its count already. Of the other documents of that day, the first of each origin gets what
    is left of the origin's rows.
    """
    days = {s.observed_on for s in new}
    left = Counter((row[0], row[1]) for row in rows if row[0] in days)
    for s in new:
        left[s.observed_on, s.origin] -= s.rows_changed
    read = {(s.observed_on, s.source, s.origin, s.document) for s in new}
    for key in sorted(merged_rows):
        if key[0] in days and key[1] == new[0].source and key not in read:
            merged_rows[key] = replace(merged_rows[key], rows_changed=left.pop((key[0], key[2]), 0))
