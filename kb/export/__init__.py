"""What is made from the built database, and from nothing else."""

from kb.export.runner import FORMATS, ExportResult, export

__all__ = ["FORMATS", "ExportResult", "export"]
