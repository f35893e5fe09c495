-- title: Which IAM actions can require a volume key?
-- description: One row per action: whether a policy can require the key and exempt types from it, and for how many types of the workload a required key is refused or leaves storage uncovered. Empty if the request names no type.
WITH outcomes AS (
    SELECT
        v.workload,
        count(CASE WHEN v.outcome = 'rejected' THEN 1 END) AS types_refused,
        count(CASE WHEN v.outcome IN ('not_applied', 'ebs_only') THEN 1 END) AS types_partly_outside
    FROM kms_verdicts AS v
    JOIN workloads AS w ON w.workload = v.workload
    WHERE w.instance_type_paths IS NOT NULL
    GROUP BY v.workload
)
SELECT
    i.action,
    i.workload,
    CASE WHEN i.has_volume_kms_key THEN 'yes' ELSE 'no' END AS can_require_volume_key,
    CASE WHEN i.has_instance_types THEN 'yes' ELSE 'no' END AS can_exempt_types,
    CASE WHEN i.has_output_kms_key THEN 'yes' ELSE 'no' END AS can_require_output_key,
    o.types_refused,
    o.types_partly_outside,
    i.seen_on,
    i.url
FROM iam_condition_keys AS i
LEFT JOIN outcomes AS o ON o.workload = i.workload
ORDER BY can_require_volume_key DESC, can_exempt_types DESC, i.action
