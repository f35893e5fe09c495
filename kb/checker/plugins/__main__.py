"""Prints the folder of the checks for Checkov: ``--external-checks-dir "$(python -m kb.checker.plugins)"``."""

from pathlib import Path

print(Path(__file__).parent / "checkov_checks")
