-- Who lists which name, from when to when.
-- in:  input_sagemaker_api, input_region_lists (one row per change), scrapes
-- out: enum_members, region_listing (temp), type_names (temp: one row per ml.* name)

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

CREATE TEMP TABLE type_names AS
WITH listings AS (
    SELECT 'sagemaker_api' AS source, enum_value AS instance_type, valid_from, valid_to
    FROM enum_members
    WHERE enum_value LIKE 'ml.%'
    UNION ALL
    SELECT source, instance_type, valid_from, valid_to
    FROM region_listing
),
read_on AS (
    SELECT DISTINCT source, observed_on FROM scrapes
),
-- the last reading in which a listing stood; a listing is at least seen on its first day
last_readings AS (
    SELECT l.instance_type, coalesce(max(r.observed_on), max(l.valid_from)) AS last_seen
    FROM listings AS l
    LEFT JOIN read_on AS r
        ON r.source = l.source AND r.observed_on >= l.valid_from AND (l.valid_to IS NULL OR r.observed_on < l.valid_to)
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
