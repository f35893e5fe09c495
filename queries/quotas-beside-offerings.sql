-- title: Where do service quotas and the lists of offered types differ?
-- description: Types with a quota that no list has for the workload, or listed without a quota, with the number of Regions; one row for each usage whose quotas were never read.
WITH usages (usage, workload, is_whole) AS (
    -- a type may be listed for a workload and have no quota of its spot instances or warm pools
    VALUES
        ('cluster', 'hyperpod', 1),
        ('endpoint', 'endpoint', 1),
        ('notebook', 'notebook', 1),
        ('processing', 'processing', 1),
        ('spot_training', 'training', 0),
        ('studio', 'studio', 1),
        ('training', 'training', 1),
        ('training_warm_pool', 'training', 0),
        ('transform', 'transform', 1)
),
quotas AS (
    SELECT
        o.subject AS instance_type,
        substr(o.scope, 1, instr(o.scope, '/') - 1) AS usage,
        substr(o.scope, instr(o.scope, '/') + 1) AS region,
        o.valid_to
    FROM observations AS o
    WHERE o.fact = 'has_quota'
),
-- a Region in which no quota of the usage was ever seen may just not have been read
read_regions AS (
    SELECT DISTINCT q.usage, q.region FROM quotas AS q
),
unlisted AS (
    SELECT q.usage, u.workload, q.instance_type, 'quota, but not listed' AS finding, count(*) AS regions, min(q.region) AS first_region
    FROM quotas AS q
    JOIN usages AS u ON u.usage = q.usage
    WHERE q.valid_to IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM offerings AS f
            WHERE f.instance_type = q.instance_type AND f.workload = u.workload AND (f.region = q.region OR f.region IS NULL)
        )
    GROUP BY q.usage, u.workload, q.instance_type
),
-- a type that only the API enum has is listed for no Region; it lacks a quota where no Region has one
without_quota AS (
    SELECT u.usage, u.workload, f.instance_type, 'listed, but no quota' AS finding, count(*) AS regions, min(r.region) AS first_region
    FROM usages AS u
    JOIN offerings AS f ON f.workload = u.workload
    JOIN read_regions AS r ON r.usage = u.usage AND (r.region = f.region OR f.region IS NULL)
    WHERE u.is_whole = 1
        AND NOT EXISTS (
            SELECT 1 FROM quotas AS q
            WHERE q.usage = u.usage AND q.instance_type = f.instance_type AND q.valid_to IS NULL
                AND (q.region = f.region OR f.region IS NULL)
        )
    GROUP BY u.usage, u.workload, f.instance_type
),
findings AS (
    SELECT n.usage, n.workload, n.instance_type, n.finding, n.regions, n.first_region FROM unlisted AS n
    UNION ALL
    SELECT w.usage, w.workload, w.instance_type, w.finding, w.regions, w.first_region FROM without_quota AS w
    UNION ALL
    SELECT u.usage, u.workload, NULL, 'no quota was read', NULL, NULL
    FROM usages AS u
    WHERE u.usage NOT IN (SELECT r.usage FROM read_regions AS r)
)
SELECT x.usage, x.workload, x.instance_type, x.finding, x.regions, x.first_region
FROM findings AS x
ORDER BY x.usage, x.finding, x.instance_type NULLS LAST
