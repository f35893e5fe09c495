-- What a source showed before and does not show any more: values of API enums, types of Region lists, types of EC2, and
-- types that no list has left.
-- in: said_otherwise, region_listings, observations, instance_types; the last three in before, too
WITH hardware AS (
    SELECT subject, source FROM before.observations WHERE fact = 'is_present' AND value = 'true' AND valid_to IS NULL
    -- a live source says per Region whether it has a type; gone is what no Region has left
    EXCEPT
    SELECT subject, source FROM observations WHERE fact = 'is_present' AND value = 'true' AND valid_to IS NULL
)
SELECT subject AS name, 'enum' AS kind, scope AS place, source, CAST(NULL AS VARCHAR[]) AS regions
FROM said_otherwise
WHERE fact = 'in_api_enum' AND new_value IS NULL
UNION ALL
SELECT instance_type, 'region_list', component, source, list(region ORDER BY region)
FROM before.region_listings AS b
ANTI JOIN (FROM region_listings WHERE valid_to IS NULL) AS a USING (component, region, instance_type)
WHERE b.valid_to IS NULL
GROUP BY instance_type, component, source
UNION ALL
SELECT subject, 'hardware', 'EC2', source, NULL FROM hardware
UNION ALL
SELECT b.instance_type, 'type', 'every list', '', NULL
FROM before.instance_types AS b
LEFT JOIN instance_types AS a USING (instance_type)
WHERE b.status <> 'delisted' AND (a.status IS NULL OR a.status = 'delisted')
ORDER BY name, kind, place, source;
