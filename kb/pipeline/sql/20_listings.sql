-- Who lists which name, from when to when.
-- in:  input_sagemaker_api, input_region_lists, input_service_quotas, input_hardware (one row per change), scrapes
-- out: enum_members, region_listings, region_listing (temp: per source), readings (temp), type_names (temp: one row per ml.* name)

INSERT INTO enum_members BY NAME
WITH spans AS (
    SELECT
        *,
        lead(observed_on) OVER (PARTITION BY enum_shape, enum_value ORDER BY observed_on) AS next_on
    FROM input_sagemaker_api
)
SELECT enum_shape, enum_value, observed_on AS valid_from, next_on AS valid_to, origin
FROM spans
WHERE is_listed
ORDER BY enum_shape, enum_value, valid_from;

CREATE TEMP TABLE region_listing AS
WITH spans AS (
    SELECT
        *,
        lead(observed_on) OVER (PARTITION BY source, component, region, instance_type ORDER BY observed_on) AS next_on
    FROM input_region_lists
)
SELECT source, component, region, instance_type, observed_on AS valid_from, next_on AS valid_to, origin
FROM spans
WHERE is_listed;

-- The packaged lists are made from the price list; from the day on which AWS's own was first read for a component in a
-- Region, it alone speaks of them. (That it has nothing of a component in a Region is no such day: then there is no row.)
-- The component async_inference belongs to no workload: an asynchronous endpoint is an endpoint, but a type that is
-- priced for it only is not thereby one that a real-time endpoint can have.
INSERT INTO region_listings BY NAME
WITH own AS (
    SELECT component, region, min(observed_on) AS since FROM input_region_lists WHERE source = 'price_list' GROUP BY ALL
)
SELECT
    l.* EXCLUDE (valid_to),
    -- least() passes over NULL, so an open end gives way to a closed one
    CASE l.source WHEN 'price_list' THEN l.valid_to ELSE least(l.valid_to, o.since) END AS valid_to
FROM region_listing AS l
LEFT JOIN own AS o USING (component, region)
WHERE l.source = 'price_list' OR o.since IS NULL OR l.valid_from < o.since
ORDER BY component, region, instance_type, valid_from;

-- The days on which each source was read; of sources with a document per Region, each Region's own days, since a reading
-- may lack some. The Region is a part of the document's path ("DescribeInstanceTypes/eu-west-1.json").
CREATE TEMP TABLE readings AS
WITH regions AS (
    SELECT region FROM input_region_lists
    UNION
    SELECT region FROM input_service_quotas
    UNION
    SELECT region FROM input_hardware WHERE region IS NOT NULL
),
parts AS (
    SELECT source, observed_on, split_part(unnest(string_split(document, '/')), '.', 1) AS part FROM scrapes
),
of_regions AS (
    SELECT DISTINCT p.source, p.observed_on, r.region FROM parts AS p JOIN regions AS r ON r.region = p.part
)
SELECT * FROM of_regions
UNION ALL
SELECT DISTINCT source, observed_on, CAST(NULL AS VARCHAR) FROM scrapes WHERE source NOT IN (SELECT source FROM of_regions);

CREATE TEMP TABLE type_names AS
WITH listings AS (
    SELECT 'sagemaker_api' AS source, CAST(NULL AS VARCHAR) AS region, enum_value AS instance_type, valid_from, valid_to
    FROM enum_members
    WHERE enum_value LIKE 'ml.%'
    UNION ALL
    -- both lists, also where one takes the place of the other; a name that only a quota has is no type, since quotas
    -- exist for types that are not offered yet or no more
    SELECT DISTINCT
        source,
        CASE WHEN source IN (SELECT source FROM readings WHERE region IS NOT NULL) THEN region END,
        instance_type,
        valid_from,
        valid_to
    FROM region_listing
),
-- the last reading in which a listing stood; a listing is at least seen on its first day
last_readings AS (
    SELECT l.instance_type, greatest(max(r.observed_on), max(l.valid_from)) AS last_seen
    FROM listings AS l
    LEFT JOIN readings AS r
        ON r.source = l.source AND r.region IS NOT DISTINCT FROM l.region
        AND r.observed_on >= l.valid_from AND (l.valid_to IS NULL OR r.observed_on < l.valid_to)
    GROUP BY l.instance_type
)
SELECT
    l.instance_type,
    split_part(l.instance_type, '.', 2) AS family,
    substr(l.instance_type, length(split_part(l.instance_type, '.', 2)) + 5) AS size,
    substr(l.instance_type, 4) AS ec2_name,
    min(l.valid_from) AS first_seen,
    any_value(r.last_seen) AS last_seen
FROM listings AS l
JOIN last_readings AS r USING (instance_type)
GROUP BY l.instance_type;
