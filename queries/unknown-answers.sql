-- title: What is not known, and why?
-- description: Workloads and types without an answer, grouped by reason with one type as an example, and types whose local storage no source states.
WITH gaps AS (
    SELECT 'outcome of a key' AS what, v.workload, count(*) AS types, min(v.instance_type) AS such_as, v.reason AS why
    FROM kms_verdicts AS v
    WHERE v.outcome = 'unknown'
    GROUP BY v.workload, v.reason
    UNION ALL
    SELECT
        'local storage',
        NULL,
        count(*),
        min(t.instance_type),
        coalesce(t.explanation, CASE t.storage_basis WHEN 'contested' THEN 'Sources or Regions disagree.' ELSE 'No source says.' END)
    FROM instance_types AS t
    WHERE t.has_instance_store IS NULL
    GROUP BY coalesce(t.explanation, CASE t.storage_basis WHEN 'contested' THEN 'Sources or Regions disagree.' ELSE 'No source says.' END)
)
SELECT g.what, g.workload, g.types, g.such_as, g.why
FROM gaps AS g
ORDER BY g.what, g.types DESC, g.workload NULLS FIRST, g.why
