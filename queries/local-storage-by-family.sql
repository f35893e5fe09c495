-- title: Which families have local storage?
-- description: One row per family: whether its types have local storage, how large it is, and how many types there are.
SELECT
    t.family,
    CASE
        WHEN count(t.has_instance_store) = 0 THEN 'unknown'
        WHEN min(CASE WHEN t.has_instance_store THEN 1 WHEN NOT t.has_instance_store THEN 0 END) = 1 THEN 'yes'
        WHEN max(CASE WHEN t.has_instance_store THEN 1 WHEN NOT t.has_instance_store THEN 0 END) = 0 THEN 'no'
        ELSE 'some'
    END AS local_storage,
    count(*) AS types,
    count(*) - count(t.has_instance_store) AS unknown_types,
    min(t.instance_store_gb) AS smallest_gb,
    max(t.instance_store_gb) AS largest_gb,
    min(t.hypervisor) AS hypervisor
FROM instance_types AS t
GROUP BY t.family
ORDER BY t.family
