-- Listings per Region that came or went: of the price list (whichever source shows it), and service quotas.
-- in: region_listings, before.region_listings, said_otherwise
WITH later AS (
    SELECT component, region, instance_type, source FROM region_listings WHERE valid_to IS NULL
),
earlier AS (
    SELECT component, region, instance_type, source FROM before.region_listings WHERE valid_to IS NULL
)
SELECT 'listed' AS change, l.* FROM later AS l ANTI JOIN earlier USING (component, region, instance_type)
UNION ALL
SELECT 'gone' AS change, e.* FROM earlier AS e ANTI JOIN later USING (component, region, instance_type)
UNION ALL
SELECT
    CASE WHEN new_value IS NULL THEN 'gone' ELSE 'listed' END,
    'quota for ' || split_part(scope, '/', 1),
    split_part(scope, '/', 2),
    subject,
    source
FROM said_otherwise
WHERE fact = 'has_quota'
ORDER BY component, source, change, region, instance_type;
