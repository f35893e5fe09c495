"""A source that suddenly says much less was read wrongly more often than it changed."""

from __future__ import annotations

from kb.checks.core import Check

CHECK = Check(
    name="sources_do_not_shrink",
    description="the newest reading of a document has at least 97 % of the rows of the one before",
    scope=("scrapes",),
    sql="""
WITH readings AS (
    SELECT
        source,
        document,
        observed_on,
        origin,
        rows_seen,
        lag(rows_seen) OVER in_time AS rows_before,
        row_number() OVER (PARTITION BY source, document ORDER BY observed_on DESC, origin DESC) AS newest
    FROM scrapes
    WINDOW in_time AS (PARTITION BY source, document ORDER BY observed_on, origin)
)
SELECT source || ' ' || document AS subject, rows_before || ' rows before, ' || rows_seen || ' in ' || origin AS detail
FROM readings
WHERE newest = 1 AND rows_seen < 0.97 * rows_before
""",
)
