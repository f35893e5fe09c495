"""One run of a scraper: fetch, parse, compare with the log, write the log and scrapes.csv together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kb.dataset.files import finish_replacing, replace_together
from kb.dataset.log_specs import Key, LogSpec
from kb.dataset.logs import SCRAPE_COLUMNS, Row, Scrape, parse_log, parse_scrapes, render
from scrapers import SCRAPERS, clock
from scrapers.base import EVERYTHING_ELSE, Reading, Request, Rows, ScrapeError, Scraper, Unreachable
from scrapers.engine import raw
from scrapers.engine.log import Keep, Update, refuse_mass_loss
from scrapers.engine.taken import Taken, merged
from scrapers.reading.git import version_of

Progress = Callable[[str], None]


@dataclass(frozen=True)
class RunResult:
    """What a run did.

    Attributes:
        source: Name of the source.
        log_path: The log it belongs to.
        readings: Readings taken in.
        passed_over: Readings that the log already covers: of a history, or of the same release read before. Reading
            a release again says nothing newer about the source, so it does not count as verified on that day.
        rows_seen: Rows in the newest reading (for hardware: EC2 types in the capture); 0 without a reading.
        changes: New rows of the log, in its order and columns.
        scrapes: Rows of scrapes.csv for the readings taken in.
        remarks: Things in the documents that are in no known form, one sentence each.
        failures: Parts of the source (Regions, pages) that could not be read, one sentence each.
    """

    source: str
    log_path: Path
    readings: int
    passed_over: int
    rows_seen: int
    changes: tuple[Row, ...]
    scrapes: tuple[Scrape, ...]
    remarks: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def rows_changed(self) -> int:
        """Number of new rows in the log."""
        return len(self.changes)


def run(
    source: str,
    request: Request,
    data_dir: Path,
    progress: Progress | None = None,
    *,
    keep_raw: Path | None = None,
    from_raw: Path | None = None,
    is_part: bool = False,
) -> RunResult:
    """Read a source and append what changed to its log.

    Args:
        source: Name of a scraper in `scrapers.SCRAPERS`.
        request: What to read.
        data_dir: The data folder; the log is `observations/<source>.csv` in it, beside `scrapes.csv`.
        progress: Called with one line of text per reading.
        keep_raw: Folder in which every reading is kept as it was read, before it is parsed.
        from_raw: Folder with kept readings to take the place of the source.
        is_part: This is one of several runs whose caller sees to the clock.

    Returns:
        What was read and what changed.

    Raises:
        ScrapeError: Unknown source; source missing, damaged, changed, or older than what the log has. The data folder
            is as it was.
        ClockError: The clock of this machine is wrong. The data folder is as it was.
        InputError: The log or scrapes.csv is not in order, and the data folder is as it was; or what an interrupted
            run left behind is damaged.
    """
    scraper = SCRAPERS.get(source)
    if scraper is None:
        raise ScrapeError(f"source {source}", "unknown", f"Known: {', '.join(SCRAPERS)}.")
    finish_replacing(data_dir)
    spec = scraper.log
    log_path, scrapes_path = spec.path(data_dir), data_dir / "scrapes.csv"
    before = {log_path: _content(log_path, spec.columns), scrapes_path: _content(scrapes_path, SCRAPE_COLUMNS)}
    rows_before = parse_log(before[log_path], log_path, spec).rows
    scrapes = parse_scrapes(before[scrapes_path], scrapes_path)
    _refuse_unknown(spec, rows_before, scrapes, log_path)
    if not is_part:
        clock.begin(scrapes)

    is_history = request.git_dir is not None or from_raw is not None
    taking = _Taking(
        scraper,
        scraper.selector(data_dir),
        Update(spec, rows_before, is_live=scraper.is_live),
        _Gate(spec, scrapes, is_history=is_history, is_live=scraper.is_live),
        scrapes,
    )
    for reading in _readings(scraper, replace(request, data_dir=data_dir), keep_raw, from_raw):
        said = taking.take(reading, is_consented=request.accept_vanished)
        if said and progress is not None:
            progress(said)
    if not is_part:
        clock.require(scrapes, is_dated_here=not (is_history or request.wheel))
    rows = taking.update.rows
    counted = taking.taken.counted(rows)
    all_scrapes = merged(scrapes, counted, rows, is_live=scraper.is_live)
    after = {
        log_path: render(spec.columns, rows) if taking.readings else before[log_path],
        scrapes_path: render(SCRAPE_COLUMNS, [s.cells for s in all_scrapes]),
    }
    parse_log(after[log_path], log_path, spec)
    parse_scrapes(after[scrapes_path], scrapes_path)
    _write(data_dir, before, after, {log_path: spec.columns, scrapes_path: SCRAPE_COLUMNS})
    known = set(rows_before)
    newest = max(((s.observed_on, s.origin) for s in counted), default=None)
    return RunResult(
        source,
        log_path,
        taking.readings,
        taking.gate.passed_over,
        sum(s.rows_seen for s in counted if (s.observed_on, s.origin) == newest),
        tuple(row for row in rows if row not in known),
        tuple(counted),
        (*taking.remarks,),
        (*taking.failures,),
    )


class _Taking:
    """Takes readings in, one after the other, in memory."""

    def __init__(
        self,
        scraper: Scraper,
        select: Callable[[Rows], Rows],
        update: Update,
        gate: _Gate,
        scrapes: list[Scrape],
    ) -> None:
        self._scraper, self._select, self._scrapes = scraper, select, scrapes
        self.update, self.gate = update, gate
        self.taken = Taken(scraper.source, scraper.part)
        # each once, in order
        self.remarks: dict[str, None] = {}
        self.failures: dict[str, None] = {}
        self.readings = 0

    def take(self, reading: Reading, *, is_consented: bool) -> str:
        """Take in a reading unless it is known; says in one line what changed.

        Args:
            reading: The reading.
            is_consented: Whether much may have vanished.

        Raises:
            ScrapeError: It is damaged, shows nothing, or shows much less than before.
        """
        if not self.gate.admits(reading):
            return ""
        parsed, seen, read = self._parse(reading)
        observed = self._scraper.merge(parsed, self.update.state, self._remark)
        where = f"{reading.origin} of {reading.observed_on}"
        if not observed:
            raise ScrapeError(where, "nothing that the log keeps", "Compare it with the scraper.")
        keep = _keep(self._scraper, reading, read)
        if not is_consented:
            _refuse_shrunk(self._scraper, seen, self._scrapes)
            share = self._scraper.may_vanish
            refuse_mass_loss(self.update.spec, self.update.state, observed, where, share=share, keep=keep)
        changed = self.update.add(reading.observed_on.isoformat(), reading.origin, observed, keep)
        self.failures.update(dict.fromkeys(reading.failures))
        if not changed and self.gate.knows(reading):
            self.gate.passed_over += 1
            return ""
        self.taken.note(reading, parsed, seen)
        self.readings += 1
        return f"{reading.observed_on} {reading.origin}: {len(observed)} rows, {changed} changed"

    def _remark(self, sentence: str) -> None:
        self.remarks[sentence] = None

    def _parse(self, reading: Reading) -> tuple[dict[str, Rows], dict[str, int], set[str | None]]:
        """Rows that the log keeps, and things seen, by name of the document; and the parts that were read."""
        parsed: dict[str, Rows] = {}
        seen: dict[str, int] = {}
        read: set[str | None] = set()
        for document in reading.documents:
            if document.name in parsed:
                raise ScrapeError(document.name, "two documents of this name in one reading", "Compare the documents.")
            rows = self._scraper.parse(document, self._remark)
            seen[document.name] = self._scraper.rows_seen(rows)
            read |= {self._scraper.part(key) for key in rows}
            parsed[document.name] = self._select(rows)
        return parsed, seen, read


def _refuse_shrunk(scraper: Scraper, seen: dict[str, int], scrapes: Iterable[Scrape]) -> None:
    """Refuse a live document that shows far less than the last time, however little that is of the whole.

    Raises:
        ScrapeError: With the first such document.
    """
    if not scraper.is_live:
        return
    last = {s.document: s for s in scrapes if s.source == scraper.source}
    for name, now in seen.items():
        before = last[name].rows_seen if name in last else 0
        if before - now > max(3, before * scraper.may_vanish):
            raise ScrapeError(
                name,
                f"shows {now} things, and showed {before} on {last[name].observed_on}: the structure may differ",
                "If the source really dropped them, ask for it with accept_vanished (--accept-vanished).",
            )


def _readings(scraper: Scraper, request: Request, keep_raw: Path | None, from_raw: Path | None) -> Iterator[Reading]:
    if from_raw is not None:
        yield from raw.kept(from_raw, scraper.source)
        return
    for reading in scraper.fetch(request):
        if keep_raw is not None:
            try:
                raw.keep(keep_raw, scraper.source, reading)
            except OSError as error:
                raise _unwritable(error, keep_raw) from error
        yield reading


def _keep(scraper: Scraper, reading: Reading, read: set[str | None]) -> Keep:
    """Tell which keys stay although they were not observed: those of parts that were not read."""
    if not reading.unread:
        return lambda key: False

    def keep(key: Key) -> bool:
        part = scraper.part(key)
        return part is None or part in reading.unread or (EVERYTHING_ELSE in reading.unread and part not in read)

    return keep


def _write(
    data_dir: Path, before: dict[Path, bytes], after: dict[Path, bytes], columns: dict[Path, tuple[str, ...]]
) -> None:
    """Write what changed, all of it or nothing.

    Raises:
        ScrapeError: A file changed meanwhile, or cannot be written.
    """
    changed = {path: content for path, content in after.items() if content != before[path] or not path.exists()}
    for path in changed:
        if _content(path, columns[path]) != before[path]:
            raise ScrapeError(str(path), "changed while the source was read", "Run it again, one run at a time.")
    try:
        if changed:
            replace_together(data_dir, changed)
    except OSError as error:
        raise _unwritable(error, data_dir) from error


def _unwritable(error: OSError, folder: Path) -> ScrapeError:
    return ScrapeError(str(error.filename or folder), f"cannot be written ({error.strerror})", "Check the folder.")


def _refuse_unknown(spec: LogSpec, rows: Iterable[Row], scrapes: Iterable[Scrape], path: Path) -> None:
    recorded = {(s.observed_on, s.origin) for s in scrapes if s.source == spec.name}
    unknown = [row for row in rows if row[:2] not in recorded]
    if unknown:
        raise ScrapeError(
            str(path),
            f"{len(unknown)} rows ({unknown[0][1]} of {unknown[0][0]}) of a reading that scrapes.csv does not know",
            "Take both files back to their last committed state.",
        )


class _Gate:
    """Decides which readings a run takes in: none older than the newest that was recorded."""

    def __init__(self, spec: LogSpec, scrapes: Iterable[Scrape], *, is_history: bool, is_live: bool) -> None:
        self._mine = [s for s in scrapes if s.source == spec.name]
        self._is_history = is_history
        self._is_live = is_live
        self._newest_on = max((s.observed_on for s in self._mine), default="")
        self._newest = max((_version(s.origin) for s in self._mine), default=())
        self.passed_over = 0

    def admits(self, reading: Reading) -> bool:
        """Whether the reading is news; a history may begin with readings that are not.

        Raises:
            ScrapeError: It is from the future, is older than the newest recorded one, or says that a document of the
                same version had other content.
        """
        where = f"{reading.origin} of {reading.observed_on}"
        observed_on = reading.observed_on.isoformat()
        version = () if self._is_live else _version(reading.origin)
        today = clock.today()
        if reading.observed_on > today:
            raise ScrapeError(where, f"lies in the future (today is {today}, UTC)", "Check the date.")
        is_recorded = any((s.observed_on, s.origin) == (observed_on, reading.origin) for s in self._mine)
        is_older = observed_on < self._newest_on or bool(version and version < self._newest)
        if self._is_history and (is_older or is_recorded):
            self.passed_over += 1
            return False
        if is_older:
            newest = max(self._mine)
            raise Unreachable(
                where,
                f"older than the newest reading in scrapes.csv ({newest.origin} of {newest.observed_on})",
                "Logs only grow: read a newer version, or give a later date for the installed package.",
            )
        if self._is_live:
            return True
        hashes = {document.name: document.sha256 for document in reading.documents}
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
        return not self._is_live and all((d.name, d.sha256) in recorded for d in reading.documents)


def _version(origin: str) -> tuple[int, ...]:
    return version_of(origin.partition(" ")[2]) or ()


def _content(path: Path, columns: tuple[str, ...]) -> bytes:
    """Bytes of a file, or those of an empty one where it does not exist yet."""
    return path.read_bytes() if path.exists() else render(columns, [])
