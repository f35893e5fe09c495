"""The gate: data checks that every published database has passed. One check per module, each with a test of its own."""

from __future__ import annotations

from collections.abc import Sequence

from kb.checks import (
    conflicts_listed,
    evidence_confirmed,
    exceptions_name_checks,
    families_uniform,
    history_intervals,
    keys_unique,
    no_type_lost,
    nvme_consistent,
    outcomes_known,
    references_resolve,
    sources_do_not_shrink,
    types_have_hardware,
    verdicts_complete,
    verdicts_have_evidence,
    workloads_have_sources,
)
from kb.checks.core import Check, CheckResult, GateError, Level, Violation, describe, run_check
from kb.dataset.database import Connection

__all__ = [
    "CHECKS",
    "Check",
    "CheckResult",
    "GateError",
    "Level",
    "Violation",
    "describe",
    "require_all",
    "run",
    "run_check",
]

_OTHERS = (
    keys_unique.CHECK,
    references_resolve.CHECK,
    families_uniform.CHECK,
    types_have_hardware.CHECK,
    nvme_consistent.CHECK,
    no_type_lost.CHECK,
    sources_do_not_shrink.CHECK,
    outcomes_known.CHECK,
    verdicts_complete.CHECK,
    verdicts_have_evidence.CHECK,
    history_intervals.CHECK,
    conflicts_listed.CHECK,
    workloads_have_sources.CHECK,
    evidence_confirmed.CHECK,
)

#: Every check, in the order in which they run.
CHECKS: tuple[Check, ...] = (*_OTHERS, exceptions_name_checks.check_for(check.name for check in _OTHERS))


def run(connection: Connection) -> tuple[CheckResult, ...]:
    """Run every check against a built database."""
    return tuple(run_check(connection, check) for check in CHECKS)


def require_all(results: Sequence[CheckResult]) -> None:
    """Do nothing if no check stops publishing.

    Raises:
        GateError: with the outcome of every check.
    """
    if any(result.blocks for result in results):
        raise GateError(results)
