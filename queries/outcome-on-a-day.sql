-- title: What happened to a key on this type on a given day?
-- description: The outcome per workload as of that day, for jobs and endpoints that ran then.
-- param type (text, default ml.trn2.48xlarge): instance type
-- param day (date, default 2025-07-01): the day
SELECT
    h.workload,
    h.outcome,
    h.reason,
    h.valid_from,
    h.valid_to
FROM kms_verdicts_history AS h
WHERE h.instance_type = lower(trim($type))
    AND h.outcome <> 'not_offered'
    -- SQLite has dates as text, so they are compared as ISO text everywhere
    AND CAST(h.valid_from AS CHAR(10)) <= $day
    AND (h.valid_to IS NULL OR CAST(h.valid_to AS CHAR(10)) > $day)
ORDER BY h.workload
