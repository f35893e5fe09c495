-- title: How many types did each workload add each year?
-- description: Types that the workload first offered in that year, how many of them have local storage, and the total by then.
WITH arrivals AS (
    SELECT h.workload, h.instance_type, substr(CAST(min(h.valid_from) AS CHAR(10)), 1, 4) AS year
    FROM kms_verdicts_history AS h
    JOIN workloads AS w ON w.workload = h.workload
    WHERE h.outcome <> 'not_offered'
        -- the others name no type in the request
        AND w.instance_type_paths IS NOT NULL
    GROUP BY h.workload, h.instance_type
),
counted AS (
    SELECT
        a.workload,
        a.year,
        count(*) AS arrivals,
        count(CASE WHEN t.has_instance_store THEN 1 END) AS with_local_storage
    FROM arrivals AS a
    JOIN instance_types AS t ON t.instance_type = a.instance_type
    GROUP BY a.workload, a.year
)
SELECT
    c.workload,
    CAST(c.year AS INTEGER) AS year,
    c.arrivals,
    c.with_local_storage,
    sum(c.arrivals) OVER (PARTITION BY c.workload ORDER BY c.year) AS arrivals_so_far
FROM counted AS c
ORDER BY c.workload, c.year
