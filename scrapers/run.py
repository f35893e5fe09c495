"""One run of a scraper: fetch, parse, compare with the log, write the log and scrapes.csv."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kb.logs import SCRAPE_COLUMNS, LogSpec, Row, Scrape, parse_log, parse_scrapes, render
from scrapers import SCRAPERS
from scrapers.base import Reading, Request, Rows, ScrapeError
from scrapers.git import version_of
from scrapers.log import Update, refuse_mass_loss, write_atomic

Progress = Callable[[str], None]


@dataclass(frozen=True)
class RunResult:
    """What a run did.

    Attributes:
        source: Name of the source.
        log_path: The log it belongs to.
        readings: Readings taken in.
        passed_over: Readings that the log already covers: of a git history, or of the same release read before. Reading
            a release again says nothing newer about the source, so it does not count as verified on that day.
        rows_seen: Rows in the newest reading (for hardware: EC2 types in the capture); 0 without a reading.
        changes: New rows of the log, in its order and columns.
        scrapes: Rows of scrapes.csv for the readings taken in.
    """

    source: str
    log_path: Path
    readings: int
    passed_over: int
    rows_seen: int
    changes: tuple[Row, ...]
    scrapes: tuple[Scrape, ...]

    @property
    def rows_changed(self) -> int:
        """Number of new rows in the log."""
        return len(self.changes)


@dataclass
class _Documents:
    """What was read, for scrapes.csv: one row per document, counted when the log is complete."""

    scrapes: list[Scrape] = field(default_factory=list)
    groups: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def note(self, source: str, reading: Reading, parsed: dict[str, Rows], seen: Callable[[Rows], int]) -> None:
        """Remember the documents of a reading, and which document the rows of a group come from."""
        observed_on = reading.observed_on.isoformat()
        owner = self.groups.setdefault((observed_on, reading.origin), {})
        for document in reading.documents:
            rows = parsed[document.name]
            sha256 = hashlib.sha256(document.content).hexdigest()
            self.scrapes.append(
                Scrape(observed_on, source, reading.origin, document.name, document.url, sha256, seen(rows), 0)
            )
            owner.update({key[0]: document.name for key in rows})

    def counted(self, rows: Iterable[Row]) -> list[Scrape]:
        """The rows of scrapes.csv, with the log rows that each document caused."""
        first = {(s.observed_on, s.origin): s.document for s in reversed(self.scrapes)}
        counts: Counter[tuple[str, str, str]] = Counter()
        for row in rows:
            owner = self.groups.get((row[0], row[1]))
            if owner is not None:
                # What vanished is in no document; it counts for the one that had its group.
                counts[row[0], row[1], owner.get(row[2], first[row[0], row[1]])] += 1
        return [replace(s, rows_changed=counts[s.observed_on, s.origin, s.document]) for s in self.scrapes]


def run(source: str, request: Request, data_dir: Path, progress: Progress | None = None) -> RunResult:
    """Read a source and append what changed to its log.

    Args:
        source: Name of a scraper in `scrapers.SCRAPERS`.
        request: What to read.
        data_dir: The data folder; the log is `observations/<source>.csv` in it, beside `scrapes.csv`.
        progress: Called with one line of text per reading.

    Returns:
        What was read and what changed.

    Raises:
        ScrapeError: Unknown source; source missing, damaged, changed, or older than what the log has; an interrupted
            run that this one does not complete. The data folder is as it was.
        LogError: The log or scrapes.csv is not in order. The data folder is as it was.
    """
    scraper = SCRAPERS.get(source)
    if scraper is None:
        raise ScrapeError(f"source {source}", "unknown", f"Known: {', '.join(SCRAPERS)}.")
    spec = scraper.log
    log_path, scrapes_path = spec.path(data_dir), data_dir / "scrapes.csv"
    log_before = _content(log_path, spec.columns)
    scrapes_before = _content(scrapes_path, SCRAPE_COLUMNS)
    rows_before = parse_log(log_before, log_path, spec).rows
    scrapes = parse_scrapes(scrapes_before, scrapes_path)

    recorded = {(s.observed_on, s.origin) for s in scrapes if s.source == source}
    complete = [row for row in rows_before if row[:2] in recorded]
    unfinished = set(rows_before) - set(complete)
    update = Update(spec, complete)
    documents = _Documents()
    gate = _Gate(spec, scrapes, is_history=request.git_dir is not None)
    select = scraper.selector(data_dir)
    readings = 0
    for reading in scraper.fetch(request):
        if not gate.admits(reading):
            continue
        parsed = {document.name: scraper.parse(document) for document in reading.documents}
        observed = _together(parsed, select, reading)
        if not request.accept_vanished:
            refuse_mass_loss(spec, update.state, observed, f"{reading.origin} of {reading.observed_on}")
        changed = update.add(reading.observed_on.isoformat(), reading.origin, observed)
        if not changed and gate.knows(reading):
            gate.passed_over += 1
            continue
        documents.note(source, reading, parsed, scraper.rows_seen)
        readings += 1
        if progress is not None:
            progress(f"{reading.observed_on} {reading.origin}: {len(observed)} rows, {changed} changed")

    rows = update.rows
    _refuse_unfinished(spec, unfinished - set(rows), log_path)
    taken = documents.counted(rows)
    log_after = render(spec.columns, rows) if readings else log_before
    scrapes_after = render(SCRAPE_COLUMNS, [s.cells for s in _merged(scrapes, taken)])
    parse_log(log_after, log_path, spec)
    parse_scrapes(scrapes_after, scrapes_path)
    for path, before, after, columns in (
        (log_path, log_before, log_after, spec.columns),
        (scrapes_path, scrapes_before, scrapes_after, SCRAPE_COLUMNS),
    ):
        if _content(path, columns) != before:
            raise ScrapeError(str(path), "changed while the source was read", "Run it again, one run at a time.")
        if after != before or not path.exists():
            write_atomic(path, after)
    known = set(complete)
    changes = tuple(row for row in rows if row not in known)
    seen = sum(s.rows_seen for s in taken if (s.observed_on, s.origin) == (taken[-1].observed_on, taken[-1].origin))
    return RunResult(source, log_path, readings, gate.passed_over, seen, changes, tuple(taken))


class _Gate:
    """Decides which readings a run takes in: none older than the newest that was recorded."""

    def __init__(self, spec: LogSpec, scrapes: Iterable[Scrape], *, is_history: bool) -> None:
        self._mine = [s for s in scrapes if s.source == spec.name]
        self._is_history = is_history
        self._newest_on = max((s.observed_on for s in self._mine), default="")
        self._newest = max((_version(s.origin) for s in self._mine), default=())
        self._today = datetime.now(UTC).date()
        self.passed_over = 0

    def admits(self, reading: Reading) -> bool:
        """Whether the reading is news; a history may begin with readings that are not.

        Raises:
            ScrapeError: It is from the future, is older than the newest recorded one, or says that a document of the
                same version had other content.
        """
        where = f"{reading.origin} of {reading.observed_on}"
        observed_on, version = reading.observed_on.isoformat(), _version(reading.origin)
        if reading.observed_on > self._today:
            raise ScrapeError(where, f"lies in the future (today is {self._today}, UTC)", "Check the date.")
        is_recorded = any((s.observed_on, s.origin) == (observed_on, reading.origin) for s in self._mine)
        is_older = observed_on < self._newest_on or bool(version and version < self._newest)
        if self._is_history and (is_older or is_recorded):
            self.passed_over += 1
            return False
        if is_older:
            newest = max(self._mine)
            raise ScrapeError(
                where,
                f"older than the newest reading in scrapes.csv ({newest.origin} of {newest.observed_on})",
                "Logs only grow: read a newer version, or give a later date for the installed package.",
            )
        hashes = {document.name: hashlib.sha256(document.content).hexdigest() for document in reading.documents}
        for s in self._mine:
            if s.origin == reading.origin and hashes.get(s.document, s.sha256) != s.sha256:
                raise ScrapeError(
                    f"{where}, {s.document}",
                    f"not the content that was read of the same version on {s.observed_on}",
                    "The installed file was changed: install the package again.",
                )
        return True

    def knows(self, reading: Reading) -> bool:
        """Whether exactly these documents of this release are recorded already, on whatever day."""
        recorded = {(s.document, s.sha256) for s in self._mine if s.origin == reading.origin}
        return all((d.name, hashlib.sha256(d.content).hexdigest()) in recorded for d in reading.documents)


def _version(origin: str) -> tuple[int, ...]:
    return version_of(origin.partition(" ")[2]) or ()


def _together(parsed: dict[str, Rows], select: Callable[[Rows], Rows], reading: Reading) -> Rows:
    """The rows of all documents that the log keeps; documents must not contradict each other, nor leave nothing."""
    observed: Rows = {}
    for name, rows in parsed.items():
        twice = observed.keys() & rows.keys()
        if twice:
            raise ScrapeError(name, f"{', '.join(min(twice))} is in another document too", "Compare the documents.")
        observed.update(rows)
    selected = select(observed)
    if not selected:
        raise ScrapeError(
            f"{reading.origin} of {reading.observed_on}", "nothing that the log keeps", "Compare it with the scraper."
        )
    return selected


def _refuse_unfinished(spec: LogSpec, rows: set[Row], path: Path) -> None:
    if not rows:
        return
    first = min(rows)
    raise ScrapeError(
        str(path),
        f"{len(rows)} rows of an interrupted run ({first[1]} of {first[0]}) that scrapes.csv does not know",
        f"Run {spec.name} for that reading again, or take both files back to their last committed state.",
    )


def _merged(scrapes: Iterable[Scrape], taken: Iterable[Scrape]) -> list[Scrape]:
    """Old and new rows; a reading that was taken again replaces its row."""
    merged = {(s.observed_on, s.source, s.origin, s.document): s for s in (*scrapes, *taken)}
    return [merged[key] for key in sorted(merged)]


def _content(path: Path, columns: tuple[str, ...]) -> bytes:
    """Bytes of a file, or those of an empty one where it does not exist yet."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return render(columns, [])
