"""Reads one source after the other; what happens to one does not stop the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from kb.errors import InputError, KBError, MissingExtraError
from scrapers import SCRAPERS
from scrapers.base import Request, Unreachable
from scrapers.engine.run import run
from scrapers.refresh.staging import Staging

#: Told in a few words what is being done, for people who wait.
Tell = Callable[[str], None]


class Outcome(StrEnum):
    """How the reading of one source ended."""

    CHANGED = "changed"
    """It was read and shows something new."""
    UNCHANGED = "unchanged"
    """It was read, and what the log says still stands."""
    ALREADY_READ = "already read"
    """The release that is installed here was read before."""
    SKIPPED = "skipped"
    """It cannot be reached from here; that says nothing about it."""
    FAILED = "failed"
    """It was reached, and could not be understood."""


@dataclass(frozen=True)
class SourceOutcome:
    """How one source was read.

    Attributes:
        source: Its name.
        title: The same for people.
        outcome: How it ended.
        reason: Why it was skipped or failed; else empty.
        origins: What was read, oldest first, each once.
        rows_seen: Things that the newest reading showed.
        rows_changed: New rows of its log.
        remarks: Things seen in it that are in no known form.
        failures: Parts of it (Regions, pages) that could not be read.
    """

    source: str
    title: str
    outcome: Outcome
    reason: str = ""
    origins: tuple[str, ...] = ()
    rows_seen: int = 0
    rows_changed: int = 0
    remarks: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The same as plain values, for JSON."""
        return {
            "source": self.source,
            "title": self.title,
            "outcome": self.outcome.value,
            "reason": self.reason or None,
            "origins": list(self.origins),
            "rows_seen": self.rows_seen,
            "rows_changed": self.rows_changed,
            "remarks": list(self.remarks),
            "failures": list(self.failures),
        }


def read_all(
    staging: Staging,
    names: Sequence[str],
    request: Request,
    tell: Tell,
    *,
    keep_raw: Path | None = None,
    from_raw: Path | None = None,
) -> Iterator[SourceOutcome]:
    """Read the sources into the staging folder, in order.

    Args:
        staging: Where the logs grow.
        names: Sources to read.
        request: What to read of each.
        tell: Told which source is being read, and what of it.
        keep_raw: Folder for the bytes that are read.
        from_raw: Folder with bytes kept earlier, to read instead of the sources.

    Raises:
        InputError: A log is not in order, which is no fault of a source.
    """
    for number, name in enumerate(names, 1):
        where = f"source {number} of {len(names)}, {name}"
        tell(where)
        own = replace(request, progress=_prefixed(tell, where))
        yield _read(staging, name, own, keep_raw=keep_raw, from_raw=from_raw)


def _read(
    staging: Staging, name: str, request: Request, *, keep_raw: Path | None, from_raw: Path | None
) -> SourceOutcome:
    title, log = SCRAPERS[name].title, SCRAPERS[name].log.path(staging.folder)
    if from_raw is not None and not (from_raw / name).is_dir():
        return SourceOutcome(name, title, Outcome.SKIPPED, f"nothing of it is kept in {from_raw}")
    before = _content(log)
    try:
        result = run(
            name, request, staging.folder, request.progress, keep_raw=keep_raw, from_raw=from_raw, is_part=True
        )
    except (Unreachable, MissingExtraError) as error:
        return SourceOutcome(name, title, Outcome.SKIPPED, staging.in_origin(str(error)))
    except InputError:
        raise
    except (KBError, OSError) as error:
        return SourceOutcome(name, title, Outcome.FAILED, staging.in_origin(str(error)))
    except Exception as error:  # a fault of ours in one scraper must not hide what the others saw
        return SourceOutcome(name, title, Outcome.FAILED, _fault(error))
    outcome = Outcome.UNCHANGED if result.readings else Outcome.ALREADY_READ
    # a live source that is read twice a day may take back a row of the first reading, and add none
    if _content(log) != before:
        outcome = Outcome.CHANGED
    return SourceOutcome(
        name,
        title,
        outcome,
        origins=tuple(dict.fromkeys(scrape.origin for scrape in result.scrapes)),
        rows_seen=result.rows_seen,
        rows_changed=len(result.changes),
        remarks=tuple(result.remarks),
        failures=tuple(result.failures),
    )


def _content(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""


def _fault(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {error}"
    return f"a fault in the scraper, not in the source ({text}). Please report it."


def _prefixed(tell: Tell, where: str) -> Tell:
    return lambda text: tell(f"{where}: {text}")
