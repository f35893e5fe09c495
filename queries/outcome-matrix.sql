-- title: What happens to a key, by family and workload?
-- description: One row per family, workload and outcome, with the number of types that the workload offers. A pair without a row is not offered.
SELECT
    t.family,
    v.workload,
    v.outcome,
    count(*) AS types,
    count(CASE WHEN v.evidence_changed THEN 1 END) AS types_under_review
FROM kms_verdicts AS v
JOIN instance_types AS t ON t.instance_type = v.instance_type
WHERE v.outcome <> 'not_offered'
GROUP BY t.family, v.workload, v.outcome
ORDER BY t.family, v.workload, v.outcome
