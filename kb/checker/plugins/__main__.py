"""Prints the folder of the checks for Checkov: ``--external-checks-dir "$(python -m kb.checker.plugins)"``."""

from pathlib import Path

if __name__ == "__main__":
    print(Path(__file__).parent / "checkov_checks")
