-- title: May I pass my own KMS key for the storage of this type in this workload?
-- description: The verdict with its reason, the volume size rule that goes with it, and the AWS page that says so.
-- param type (text, default ml.g5.xlarge): instance type
-- param workload (text, default training): workload, as in the table workloads
SELECT
    v.instance_type,
    v.workload,
    v.outcome,
    CASE WHEN v.all_storage_under_key THEN 'yes' ELSE 'no' END AS all_storage_under_key,
    v.reason,
    v.outcome_since,
    v.basis,
    CASE WHEN v.evidence_changed THEN 'yes' ELSE 'no' END AS is_under_review,
    v.volume_size_note,
    v.url
FROM kms_verdicts AS v
WHERE v.instance_type = lower(trim($type))
    AND v.workload = lower(trim($workload))
ORDER BY v.instance_type, v.workload
