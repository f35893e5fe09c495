-- What a source showed before and does not show any more: values of API enums, types of Region lists, types of EC2, and
-- types that no list has left.
-- in: before and after: enum_members, region_listings, observations, instance_types
WITH enums AS (
    SELECT enum_value AS name, 'enum' AS kind, enum_shape AS place, 'sagemaker_api' AS source, CAST(NULL AS VARCHAR[]) AS regions
    FROM before.enum_members
    WHERE valid_to IS NULL
        AND (enum_shape, enum_value) NOT IN (SELECT (enum_shape, enum_value) FROM after.enum_members WHERE valid_to IS NULL)
),
lists AS (
    SELECT instance_type AS name, 'region_list' AS kind, component AS place, source, list(region ORDER BY region) AS regions
    FROM before.region_listings AS b
    WHERE valid_to IS NULL
        AND (component, region, instance_type) NOT IN (
            SELECT (component, region, instance_type) FROM after.region_listings WHERE valid_to IS NULL
        )
    GROUP BY instance_type, component, source
),
-- a live source says per Region whether it has a type; gone is what no Region has left
hardware AS (
    SELECT subject AS name, 'hardware' AS kind, 'EC2' AS place, source, CAST(NULL AS VARCHAR[]) AS regions
    FROM (
        SELECT subject, source FROM before.observations WHERE fact = 'is_present' AND value = 'true' AND valid_to IS NULL
        EXCEPT
        SELECT subject, source FROM after.observations WHERE fact = 'is_present' AND value = 'true' AND valid_to IS NULL
    )
),
types AS (
    SELECT b.instance_type AS name, 'type' AS kind, 'every list' AS place, '' AS source, CAST(NULL AS VARCHAR[]) AS regions
    FROM before.instance_types AS b
    LEFT JOIN after.instance_types AS a USING (instance_type)
    WHERE b.status <> 'delisted' AND (a.status IS NULL OR a.status = 'delisted')
)
SELECT * FROM types
UNION ALL SELECT * FROM enums
UNION ALL SELECT * FROM lists
UNION ALL SELECT * FROM hardware
ORDER BY name, kind, place, source;
