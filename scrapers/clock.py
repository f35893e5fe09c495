"""The clock of this machine: observations carry its date, so one that is wrong is refused before anything is written.

It is held against the newest observation in the data, and against the times that servers give with their answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from kb.dataset.logs import Scrape
from kb.errors import KBError

_BEHIND = timedelta(days=2)
_APART = timedelta(days=1)
_AHEAD = timedelta(days=5 * 365.25)

#: The time that each answer of this run gave, and what the clock said then.
_answers: list[tuple[datetime, datetime]] = []


class ClockError(KBError):
    """The clock of this machine is wrong; nothing was written."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date, in UTC."""
    return now().date()


def heard(headers: Mapping[str, str]) -> None:
    """Take note of an answer that came over the network, not out of a cache of ours.

    Args:
        headers: Its headers, whose names are found in lower case: `date`, and `age` where a cache on the way kept it.
    """
    try:
        sent = parsedate_to_datetime(headers.get("date", ""))
        age = timedelta(seconds=int(headers.get("age") or 0))
        _answers.append(((sent if sent.tzinfo else sent.replace(tzinfo=UTC)) + age, now()))
    except (ValueError, OverflowError):
        return  # it does not say when


def begin(scrapes: Iterable[Scrape]) -> None:
    """Forget the answers of earlier runs.

    Args:
        scrapes: The rows of scrapes.csv.

    Raises:
        ClockError: The clock is days behind the newest observation.
    """
    _answers.clear()
    newest = _newest(scrapes)
    if newest and today() + _BEHIND < newest:
        raise _wrong(now(), f"the newest observation is of {newest}")


def require(scrapes: Iterable[Scrape], *, is_dated_here: bool = True) -> None:
    """Refuse a clock that is wrong, once everything has been read and before anything is written.

    Args:
        scrapes: The rows of scrapes.csv as they were before.
        is_dated_here: Whether observations carry the date of the clock, and not one of their own.

    Raises:
        ClockError: The clock is more than a day from the time of an answer, or, without any answer, years ahead of
            the newest observation.
    """
    for there, here in _answers:
        if abs(there - here) > _APART:
            raise _wrong(here, f"a server answered that it was {there:%Y-%m-%d %H:%M}")
    newest = _newest(scrapes)
    if is_dated_here and newest and not _answers and today() - _AHEAD > newest:
        raise _wrong(now(), f"the newest observation is of {newest}, and no server was asked that could confirm it")


def _newest(scrapes: Iterable[Scrape]) -> date | None:
    newest = max((scrape.observed_on for scrape in scrapes), default=None)
    return date.fromisoformat(newest) if newest else None


def _wrong(here: datetime, why: str) -> ClockError:
    return ClockError(
        f"the clock of this machine says {here:%Y-%m-%d %H:%M} (UTC), but {why}; "
        "nothing was written: set the clock, and run it again"
    )
