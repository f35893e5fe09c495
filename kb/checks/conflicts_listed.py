"""Sources may disagree, but every disagreement must be reviewed: an accepted one is a row in check_exceptions.csv."""

from kb.checks.core import Check

CHECK = Check(
    name="conflicts_listed",
    description="every disagreement between sources was reviewed",
    scope=("conflicts",),
    sql="""
SELECT subject || ' ' || fact || ' ' || other_source AS subject,
    chosen_source || ' says ' || chosen_value || ', ' || other_source || ' says ' || other_value AS detail
FROM conflicts
""",
)
