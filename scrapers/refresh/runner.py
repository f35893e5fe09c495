"""A refresh: read every source into a copy of the logs, see what changes, commit, and publish if the gate agrees."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.dataset.database import connect
from kb.dataset.files import scratch
from kb.dataset.logs import read_scrapes
from kb.errors import BuildError, InputError
from kb.export import snapshot
from kb.pipeline import BuildResult, build, publish, reuse
from scrapers import SCRAPERS, clock
from scrapers.base import Request
from scrapers.refresh.comparison import compare
from scrapers.refresh.report import Report
from scrapers.refresh.sources import Tell, read_all
from scrapers.refresh.staging import Staging, alone


@dataclass(frozen=True)
class Job:
    """What a refresh is to do.

    Attributes:
        data_dir: The data folder whose logs grow.
        database: DuckDB file to publish.
        snapshot: Lookup snapshot to publish; None for none.
        sources: Sources to read, in order; all of them when empty.
        is_dry_run: Write nothing, neither logs nor database.
        keep_raw: Folder for the bytes that are read; None for none.
        from_raw: Folder with bytes kept earlier, to read instead of the sources; None for the sources.
    """

    data_dir: Path
    database: Path
    snapshot: Path | None = None
    sources: Sequence[str] = ()
    is_dry_run: bool = False
    keep_raw: Path | None = None
    from_raw: Path | None = None


def refresh(job: Job, request: Request, tell: Tell = lambda text: None) -> Report:
    """Read the sources, commit what they show, and publish it if the gate agrees.

    Every log and scrapes.csv change together in one step, after everything was read and built; whenever the process
    ends before that, the data folder is as it was. Logs are committed even if the gate refuses, because they are true
    observations; the database and the snapshot are not.

    Args:
        job: What is to be done.
        request: What is asked of every source.
        tell: Told what is being done, for people who wait.

    Raises:
        InputError: A log or curated table is not in order; nothing was read.
        ClockError: The clock of this machine is wrong; nothing was written.
        BusyError: Another refresh is at work, or the logs changed meanwhile; nothing was written.
        BuildError: The logs as they are, or as they would be, cannot be built; nothing was written.
        MissingExtraError: duckdb is not installed.
        OSError: A file cannot be read or written.
    """
    with alone(job.data_dir), scratch() as folder:
        staging = Staging(job.data_dir, folder / "data")
        before, is_there = _before(staging, job, folder / "before.duckdb", tell)
        scrapes = read_scrapes(staging.folder / "scrapes.csv")
        clock.begin(scrapes)
        sources = tuple(
            read_all(
                staging,
                list(job.sources) or list(SCRAPERS),
                request,
                tell,
                keep_raw=job.keep_raw,
                from_raw=job.from_raw,
            )
        )
        clock.require(scrapes, is_dated_here=job.from_raw is None)
        after = _after(staging, before, folder / "after.duckdb", tell)
        tell("comparing")
        report = Report(
            sources,
            before.data_version,
            after.data_version,
            compare(before.database, after.database),
            after.checks,
            tuple(path.as_posix() for path in sorted(staging.changed())),
            job.is_dry_run,
        )
        if job.is_dry_run:
            return report
        tell("writing the logs")
        staging.commit()
        text = _snapshot(after.database) if job.snapshot else ""
        is_published = is_there and not report.files and _content(job.snapshot) == text.encode("utf-8")
        if report.refusals or is_published:
            return report
        tell("publishing")
        try:
            publish(after.database, job.database, job.snapshot, text)
        except BuildError as error:
            return replace(report, problem=str(error))
        return replace(report, published=tuple(str(path) for path in (job.database, job.snapshot) if path))


def _before(staging: Staging, job: Job, database: Path, tell: Tell) -> tuple[BuildResult, bool]:
    """The database of the logs as they are, and whether it is the published one, where that is of the same inputs.

    It is a copy, because somebody may publish another one meanwhile.
    """
    try:
        with contextlib.suppress(OSError):
            shutil.copyfile(job.database, database)
            if found := reuse(staging.folder, database):
                return found, True
            database.unlink()
        tell("building from the logs as they are")
        return build(staging.folder, database, gate=False), False
    except InputError as error:
        raise InputError(Path(staging.in_origin(str(error.path))), error.line, error.problem) from error


def _after(staging: Staging, before: BuildResult, database: Path, tell: Tell) -> BuildResult:
    if not staging.changed():
        return before
    tell("building with what is new")
    try:
        return build(staging.folder, database, gate=False)
    except (InputError, BuildError) as error:
        why = staging.in_origin(str(error))
        raise BuildError(f"what the sources show now cannot be built, nothing was written: {why}") from error


def _content(file: Path | None) -> bytes:
    """What is in a file; nothing where there is none, or nobody wants one."""
    return file.read_bytes() if file is not None and file.is_file() else b""


def _snapshot(database: Path) -> str:
    with contextlib.closing(connect(database)) as connection:
        return snapshot.render(connection)
