"""The command ``kb``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; the entry point of the distribution."""
    try:
        from kb.cli.app import cli

        cli.main(prog_name="kb")
    except KeyboardInterrupt:
        sys.exit(130)
