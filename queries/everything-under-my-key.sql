-- title: Which types have all ML storage under my key?
-- description: Types offered for the workload on which the key encrypts all ML storage, smallest first.
-- param workload (text, default training): workload, as in the table workloads
-- param min_gpus (integer, default 0): minimum number of GPUs
SELECT
    t.instance_type,
    t.status,
    t.vcpus,
    t.memory_gib,
    t.gpu_count,
    t.gpu_name,
    t.accelerator_count,
    t.accelerator_name,
    v.basis
FROM kms_verdicts AS v
JOIN instance_types AS t ON t.instance_type = v.instance_type
WHERE v.workload = lower(trim($workload))
    AND v.all_storage_under_key
    -- what is not known counts as none only where nothing is asked for
    AND ($min_gpus <= 0 OR t.gpu_count >= $min_gpus)
ORDER BY t.gpu_count NULLS LAST, t.vcpus NULLS LAST, t.memory_gib NULLS LAST, t.instance_type
