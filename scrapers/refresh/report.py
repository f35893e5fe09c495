"""What a refresh found and did: the exit status, and everything for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kb.checks import CheckResult
from scrapers.refresh.comparison import Differences
from scrapers.refresh.sources import Outcome, SourceOutcome


@dataclass(frozen=True)
class Report:
    """What a refresh found and did.

    Attributes:
        sources: How each source was read, or why it was not.
        version_before: Data version of the logs as they were.
        version_after: Data version of the logs as they are (or would be, in a dry run).
        differences: What differs in the database, part by part.
        gate: Outcome of every data check on the new database.
        files: Files of the data folder that were written (or would be, in a dry run), relative to it.
        is_dry_run: Nothing was to be written.
        published: Database and snapshot that were made; empty where none was.
        problem: Why publishing failed although the gate accepts everything; empty if it did not.
    """

    sources: tuple[SourceOutcome, ...]
    version_before: str
    version_after: str
    differences: Differences
    gate: tuple[CheckResult, ...]
    files: tuple[str, ...] = ()
    is_dry_run: bool = False
    published: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether any source shows something new."""
        return bool(self.having(Outcome.CHANGED))

    @property
    def refusals(self) -> tuple[CheckResult, ...]:
        """Checks that stop publishing."""
        return tuple(result for result in self.gate if result.blocks)

    @property
    def reviews(self) -> tuple[CheckResult, ...]:
        """Checks that stop nothing but ask for a review."""
        return tuple(result for result in self.gate if result.needs_review and not result.blocks)

    @property
    def exit_status(self) -> int:
        """0 if nobody needs to look at anything, otherwise 1."""
        return 1 if self.refusals or self.reviews or self.having(Outcome.FAILED) or self.problem else 0

    def having(self, outcome: Outcome) -> tuple[SourceOutcome, ...]:
        """The sources with this outcome."""
        return tuple(source for source in self.sources if source.outcome is outcome)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "is_changed": self.is_changed,
            "is_dry_run": self.is_dry_run,
            "exit_status": self.exit_status,
            "data_version": {"before": self.version_before, "after": self.version_after},
            "sources": [source.as_dict() for source in self.sources],
            "changes": self.differences,
            "gate": [result.as_dict() for result in self.gate],
            "files": list(self.files),
            "published": list(self.published),
            "problem": self.problem or None,
        }
