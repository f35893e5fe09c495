-- Instance types that were not known before, with their storage and the answers for the workloads that list them.
-- in: instance_types, kms_verdicts; before.instance_types
SELECT
    t.instance_type,
    t.status,
    t.local_storage,
    t.is_kms_eligible,
    t.first_seen,
    coalesce(list(v.workload || ': ' || v.outcome ORDER BY v.workload) FILTER (WHERE v.offering_basis IS NOT NULL), []) AS answers
FROM instance_types AS t
ANTI JOIN before.instance_types AS b USING (instance_type)
LEFT JOIN kms_verdicts AS v USING (instance_type)
GROUP BY ALL
ORDER BY t.instance_type;
