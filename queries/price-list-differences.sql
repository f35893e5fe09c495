-- title: Where do AWS's price list and the packaged Region lists differ?
-- description: Types that only one of the two has for a component and Region; one row for each component whose price list was never read.
WITH listed AS (
    SELECT
        o.subject AS instance_type,
        o.source,
        o.scope,
        substr(o.scope, 1, instr(o.scope, '/') - 1) AS component,
        substr(o.scope, instr(o.scope, '/') + 1) AS region,
        o.valid_from,
        o.valid_to
    FROM observations AS o
    WHERE o.fact = 'in_price_list'
),
-- the components that both could speak of
packaged AS (
    SELECT DISTINCT l.component FROM listed AS l WHERE l.source = 'region_lists'
),
own AS (
    SELECT DISTINCT l.component, l.scope FROM listed AS l WHERE l.source = 'price_list'
),
differences AS (
    SELECT
        l.component,
        l.region,
        l.instance_type,
        CASE l.source WHEN 'price_list' THEN 'price list only' ELSE 'Region lists only' END AS finding,
        l.valid_from AS since
    FROM listed AS l
    JOIN packaged AS p ON p.component = l.component
    JOIN own AS w ON w.scope = l.scope
    WHERE l.valid_to IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM listed AS o
            WHERE o.scope = l.scope AND o.instance_type = l.instance_type AND o.source <> l.source AND o.valid_to IS NULL
        )
    UNION ALL
    SELECT p.component, NULL, NULL, 'price list not read', NULL
    FROM packaged AS p
    WHERE p.component NOT IN (SELECT w.component FROM own AS w)
)
SELECT d.component, d.region, d.instance_type, d.finding, d.since
FROM differences AS d
ORDER BY d.component, d.region NULLS LAST, d.instance_type NULLS LAST
