"""Keeping the knowledge base true: read every source, show what changed, publish what the gate accepts."""

from scrapers.refresh.report import Report
from scrapers.refresh.runner import Job, refresh
from scrapers.refresh.sources import Outcome, SourceOutcome
from scrapers.refresh.staging import BusyError

__all__ = ["BusyError", "Job", "Outcome", "Report", "SourceOutcome", "refresh"]
