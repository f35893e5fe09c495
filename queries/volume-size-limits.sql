-- title: Which volume size may I request for this type?
-- description: One row per workload that offers the type: the rule, the largest size if known, and the sentence behind it.
-- param type (text, default ml.g5.xlarge): instance type
SELECT
    v.workload,
    v.volume_size_rule,
    v.volume_size_limit_gb,
    t.instance_store_gb,
    v.volume_size_note,
    v.volume_size_url
FROM kms_verdicts AS v
JOIN instance_types AS t ON t.instance_type = v.instance_type
WHERE v.instance_type = lower(trim($type))
    AND v.outcome <> 'not_offered'
ORDER BY v.workload
