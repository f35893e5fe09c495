-- Which type is offered in which workload and Region.
-- in:  workloads, input_former_enums, enum_members, region_listings
-- out: workload_enums, workload_listing (temp: who lists a type for a workload, over time), offerings

INSERT INTO workload_enums BY NAME
WITH former AS (
    SELECT workload, enum_shape, used_from AS valid_from, used_to AS valid_to FROM input_former_enums
),
today AS (
    SELECT
        w.workload,
        w.enum_shape,
        coalesce((SELECT max(f.valid_to) FROM former AS f WHERE f.workload = w.workload), w.introduced_on) AS valid_from,
        CAST(NULL AS DATE) AS valid_to
    FROM workloads AS w
    WHERE w.enum_shape IS NOT NULL
)
SELECT * FROM former
UNION ALL
SELECT * FROM today
ORDER BY workload, valid_from;

-- A workload that runs as another one is priced as that one.
CREATE TEMP TABLE workload_component AS
SELECT w.workload, coalesce(w.price_component, p.price_component) AS component
FROM workloads AS w
LEFT JOIN workloads AS p ON p.workload = w.runs_as;

CREATE TEMP TABLE workload_listing AS
SELECT
    e.enum_value AS instance_type,
    w.workload,
    'api_enum' AS basis,
    greatest(e.valid_from, w.valid_from) AS valid_from,
    least(e.valid_to, w.valid_to) AS valid_to,  -- least() passes over NULL: an open end gives way to a closed one
    e.enum_shape || ' in ' || e.origin AS origin
FROM workload_enums AS w
JOIN enum_members AS e
    ON e.enum_shape = w.enum_shape
    AND (e.valid_to IS NULL OR e.valid_to > w.valid_from) AND (w.valid_to IS NULL OR w.valid_to > e.valid_from)
WHERE e.enum_value LIKE 'ml.%'
UNION ALL
-- the same span in many Regions is one
SELECT DISTINCT
    r.instance_type,
    c.workload,
    'price_list' AS basis,
    r.valid_from,
    r.valid_to,
    r.component || ' list in ' || r.origin AS origin
FROM workload_component AS c
JOIN region_listings AS r USING (component);

INSERT INTO offerings BY NAME
WITH api AS (
    SELECT instance_type, workload, valid_from AS api_since
    FROM workload_listing
    WHERE basis = 'api_enum' AND valid_to IS NULL
),
-- a listing goes on where the price list takes over from the packaged lists
listed AS (
    SELECT
        *,
        max(CASE WHEN is_new THEN valid_from END) OVER (
            PARTITION BY component, region, instance_type ORDER BY valid_from ROWS UNBOUNDED PRECEDING
        ) AS listed_since
    FROM (
        SELECT
            *,
            valid_from IS DISTINCT FROM lag(valid_to) OVER (
                PARTITION BY component, region, instance_type ORDER BY valid_from
            ) AS is_new
        FROM region_listings
    )
),
priced AS (
    SELECT l.instance_type, c.workload, l.region, l.listed_since AS priced_since
    FROM workload_component AS c
    JOIN listed AS l USING (component)
    WHERE l.valid_to IS NULL
)
SELECT
    instance_type,
    workload,
    region,
    CASE
        WHEN api_since IS NOT NULL AND priced_since IS NOT NULL THEN 'both'
        WHEN api_since IS NOT NULL THEN 'api_enum'
        ELSE 'price_list'
    END AS basis,
    api_since,
    priced_since
FROM api
FULL JOIN priced USING (instance_type, workload)
ORDER BY instance_type, workload, region;
