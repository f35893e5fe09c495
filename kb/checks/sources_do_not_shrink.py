"""When a source suddenly has far fewer rows, it was more likely read wrongly than changed.

A live document that is read day by day under one origin shrinks once, not on each day after: readings of one origin with
as many rows as the one before count as one. In a short document, three fewer rows mean nothing.
"""

from kb.checks.core import Check

CHECK = Check(
    name="sources_do_not_shrink",
    description="the newest reading of a document has at least 97 % of the rows of the one before, or at most three fewer",
    scope=("scrapes",),
    sql="""
WITH different AS (
    SELECT *
    FROM scrapes
    QUALIFY (origin, rows_seen) IS DISTINCT FROM lag((origin, rows_seen)) OVER (PARTITION BY source, document ORDER BY observed_on, origin)
),
readings AS (
    SELECT
        source,
        document,
        origin,
        rows_seen,
        lag(rows_seen) OVER in_time AS rows_before,
        lead(rows_seen) OVER in_time IS NULL AS is_newest
    FROM different
    WINDOW in_time AS (PARTITION BY source, document ORDER BY observed_on, origin)
)
SELECT source || ' ' || document AS subject, rows_before || ' rows before, ' || rows_seen || ' in ' || origin AS detail
FROM readings
WHERE is_newest AND rows_seen < 0.97 * rows_before AND (rows_before - rows_seen > 3 OR rows_seen = 0)
""",
)
