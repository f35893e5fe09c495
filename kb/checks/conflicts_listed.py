"""Sources may disagree, but not unnoticed: an accepted conflict is a row in check_exceptions.csv."""

from __future__ import annotations

from kb.checks.core import Check

CHECK = Check(
    name="conflicts_listed",
    description="every disagreement between sources has been looked at by a person",
    scope=("conflicts",),
    sql="""
SELECT subject || ' ' || fact || ' ' || other_source AS subject,
    chosen_source || ' says ' || chosen_value || ', ' || other_source || ' says ' || other_value AS detail
FROM conflicts
""",
)
