-- title: For which types is the name rule of the SageMaker Python SDK wrong?
-- description: Types on which the SDK, going by the name, accepts or refuses a volume key against the evidence.
SELECT
    h.instance_type,
    h.error,
    t.local_storage,
    t.storage_basis,
    t.storage_origin,
    h.sdk_release
FROM name_heuristic AS h
JOIN instance_types AS t ON t.instance_type = h.instance_type
WHERE h.error IS NOT NULL
ORDER BY t.family, t.vcpus NULLS LAST, h.instance_type
