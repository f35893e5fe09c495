-- title: Which types are being retired?
-- description: Types that EC2 no longer has, that no SageMaker list has any more, or that a workload no longer offers, with the day and the local storage.
WITH left_workloads AS (
    SELECT h.instance_type, h.workload, max(h.valid_to) AS since
    FROM kms_verdicts_history AS h
    JOIN kms_verdicts AS v ON v.instance_type = h.instance_type AND v.workload = h.workload
    WHERE h.outcome <> 'not_offered'
        AND v.outcome = 'not_offered'
    GROUP BY h.instance_type, h.workload
),
findings AS (
    SELECT t.instance_type, 'EC2 no longer has it' AS finding, NULL AS workload, t.retired_on AS since
    FROM instance_types AS t
    WHERE t.retired_on IS NOT NULL
    UNION ALL
    SELECT t.instance_type, 'no list has it any more', NULL, t.last_seen
    FROM instance_types AS t
    WHERE t.status = 'delisted'
    UNION ALL
    SELECT l.instance_type, 'a workload no longer offers it', l.workload, l.since
    FROM left_workloads AS l
)
SELECT f.instance_type, f.finding, f.workload, f.since, t.status, t.local_storage, t.first_seen, t.last_seen
FROM findings AS f
JOIN instance_types AS t ON t.instance_type = f.instance_type
ORDER BY f.finding, f.since NULLS LAST, f.instance_type, f.workload NULLS FIRST
