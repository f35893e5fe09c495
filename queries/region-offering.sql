-- title: Which types does the price list of a Region have for a workload?
-- description: Every type listed there, with its local storage and what happens to a key on it.
-- param region (text, default eu-central-1): AWS Region
-- param workload (text, default endpoint): workload (packaged lists exist for endpoint, processing, transform and hyperpod)
SELECT
    o.instance_type,
    t.local_storage,
    v.outcome,
    t.vcpus,
    t.memory_gib,
    t.gpu_count,
    t.gpu_name,
    o.basis,
    o.priced_since
FROM offerings AS o
JOIN instance_types AS t ON t.instance_type = o.instance_type
JOIN kms_verdicts AS v ON v.instance_type = o.instance_type AND v.workload = o.workload
WHERE o.region = lower(trim($region))
    AND o.workload = lower(trim($workload))
    AND o.priced_since IS NOT NULL
ORDER BY t.family, t.vcpus NULLS LAST, o.instance_type
