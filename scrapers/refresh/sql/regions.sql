-- Listings per Region that came or went: of the price list (whichever source shows it), and service quotas.
-- in: before and after: region_listings, observations
WITH earlier AS (
    SELECT component, region, instance_type, source FROM before.region_listings WHERE valid_to IS NULL
    UNION ALL
    SELECT 'quota for ' || split_part(scope, '/', 1), split_part(scope, '/', 2), subject, source
    FROM before.observations WHERE fact = 'has_quota' AND valid_to IS NULL
),
later AS (
    SELECT component, region, instance_type, source FROM after.region_listings WHERE valid_to IS NULL
    UNION ALL
    SELECT 'quota for ' || split_part(scope, '/', 1), split_part(scope, '/', 2), subject, source
    FROM after.observations WHERE fact = 'has_quota' AND valid_to IS NULL
)
SELECT 'listed' AS change, l.* FROM later AS l ANTI JOIN earlier USING (component, region, instance_type)
UNION ALL
SELECT 'gone' AS change, e.* FROM earlier AS e ANTI JOIN later USING (component, region, instance_type)
ORDER BY component, source, change, region, instance_type;
