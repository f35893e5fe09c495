"""What a data check is, and how checks are run against a built database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kb.dataset.database import Connection
from kb.errors import BuildError


class Level(StrEnum):
    """What a violation means."""

    ERROR = "error"
    """The data must not be published."""
    REVIEW = "review"
    """The data is published as it is, and somebody must review it."""


@dataclass(frozen=True)
class Check:
    """One data check.

    Attributes:
        name: Name, as exceptions and messages use it; also the name of its module.
        description: What must hold, in one sentence.
        scope: Tables it looks at.
        sql: Query whose rows are the violations: ``subject`` (a stable name for what is wrong) and ``detail`` (how).
        level: What a violation means.
    """

    name: str
    description: str
    scope: tuple[str, ...]
    sql: str
    level: Level = Level.ERROR


@dataclass(frozen=True)
class Violation:
    """One row that a check does not accept."""

    subject: str
    detail: str


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check.

    Attributes:
        check: The check.
        violations: What it found and no exception accepts.
        accepted: Number of violations that an exception accepts.
        stale: Subjects of exceptions that no violation needs any more; each is a failure too.
    """

    check: Check
    violations: tuple[Violation, ...]
    accepted: int
    stale: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong and no exception is stale."""
        return not self.violations and not self.stale

    @property
    def blocks(self) -> bool:
        """Whether this stops publishing. An exception that is no longer needed does so whatever the level."""
        return bool(self.stale) or (bool(self.violations) and self.check.level is Level.ERROR)

    @property
    def needs_review(self) -> bool:
        """Whether it needs a manual review, although this stops nothing."""
        return bool(self.violations) and self.check.level is Level.REVIEW

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "check": self.check.name,
            "description": self.check.description,
            "level": self.check.level.value,
            "passed": self.passed,
            "violations": [{"subject": each.subject, "detail": each.detail} for each in self.violations],
            "accepted": self.accepted,
            "stale_exceptions": list(self.stale),
        }


class GateError(BuildError):
    """At least one data check of level error failed; nothing was published.

    Attributes:
        results: Outcome of every check.
    """

    def __init__(self, results: Iterable[CheckResult]) -> None:
        self.results = tuple(results)
        super().__init__("\n".join(describe(result) for result in self.results if result.blocks))


def run_check(connection: Connection, check: Check) -> CheckResult:
    """Run one check against a built database, and set aside what its exceptions accept."""
    found = [
        Violation(*row)
        for row in connection.execute(f"SELECT subject, detail FROM ({check.sql}) AS found ORDER BY ALL").fetchall()
    ]
    excepted = {
        row[0]
        for row in connection.execute(
            "SELECT subject FROM check_exceptions WHERE check_name = ?", [check.name]
        ).fetchall()
    }
    subjects = {violation.subject for violation in found}
    return CheckResult(
        check,
        tuple(v for v in found if v.subject not in excepted),
        sum(v.subject in excepted for v in found),
        tuple(sorted(excepted - subjects)),
    )


def describe(result: CheckResult, limit: int = 20) -> str:
    """Describe in a few lines what a check found, at most `limit` subjects."""
    head = f"check {result.check.name} failed" if result.blocks else f"REVIEW {result.check.name}"
    lines = [f"{head}: {result.check.description}"]
    lines += [f"  {v.subject}: {v.detail}" for v in result.violations[:limit]]
    if len(result.violations) > limit:
        lines.append(f"  and {len(result.violations) - limit} more")
    lines += [
        f"  the exception for {subject!r} in check_exceptions.csv is no longer needed; remove it"
        for subject in result.stale
    ]
    return "\n".join(lines)
