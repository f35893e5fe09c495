"""An exception must name an existing check, or nobody would notice that it accepts nothing."""

from __future__ import annotations

from collections.abc import Iterable

from kb.checks.core import Check


def check_for(names: Iterable[str]) -> Check:
    """Make the check, given the names of all others."""
    known = ", ".join(f"'{name}'" for name in names)
    return Check(
        name="exceptions_name_checks",
        description="every row of check_exceptions.csv names a check that exists",
        scope=("check_exceptions",),
        sql=f"""
SELECT check_name AS subject, 'no check has this name' AS detail
FROM check_exceptions
WHERE check_name NOT IN ({known})
""",
    )
