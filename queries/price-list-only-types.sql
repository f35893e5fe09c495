-- title: Which types have a price but are missing from the API?
-- description: Types that are in a price list but in no instance-type enum of the API, with their Regions and workloads.
SELECT
    t.instance_type,
    t.local_storage,
    t.first_seen,
    count(DISTINCT o.workload) AS workloads,
    count(DISTINCT o.region) AS regions
FROM instance_types AS t
LEFT JOIN offerings AS o ON o.instance_type = t.instance_type AND o.priced_since IS NOT NULL
WHERE t.status = 'price_list_only'
GROUP BY t.instance_type, t.local_storage, t.first_seen
ORDER BY t.instance_type
