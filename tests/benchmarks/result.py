"""What a benchmark reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One measured number.

    Attributes:
        what: What was measured.
        measured: The figure, with its unit, for people.
        must_reach: The bound, for people.
        is_met: Whether the figure keeps to the bound.
    """

    what: str
    measured: str
    must_reach: str
    is_met: bool
