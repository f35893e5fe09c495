"""Keeping the knowledge base true: read every source, show what changed, publish what the gate accepts."""

from kb.refresh.report import Report
from kb.refresh.runner import Job, refresh
from kb.refresh.sources import Outcome, SourceOutcome
from kb.refresh.staging import BusyError

__all__ = ["BusyError", "Job", "Outcome", "Report", "SourceOutcome", "refresh"]
