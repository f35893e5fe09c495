-- title: What did this workload do with a key, and since when?
-- description: One row per rule, newest first: the outcome with and without local storage, and the botocore release that introduced it.
-- param workload (text, default endpoint): workload, as in the table workloads
SELECT
    r.valid_from,
    r.valid_to,
    r.outcome_with_local_storage,
    r.outcome_without_local_storage,
    r.outcome_without_local_storage_nitro,
    r.documentation,
    r.basis,
    r.inherited_from,
    r.api_member,
    r.release,
    r.note,
    r.url
FROM kms_rules AS r
WHERE r.workload = lower(trim($workload))
ORDER BY r.valid_from DESC
