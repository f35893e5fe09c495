-- title: How many types had local storage each year?
-- description: Types that SageMaker listed at the end of each year (this year: so far) with local storage, without it, and those for which it is not known.
WITH years AS (
    SELECT DISTINCT substr(CAST(n.released_on AS CHAR(10)), 1, 4) AS year FROM versions AS n
)
SELECT
    CAST(y.year AS INTEGER) AS year,
    count(CASE WHEN h.has_instance_store THEN 1 END) AS with_local_storage,
    count(CASE WHEN NOT h.has_instance_store THEN 1 END) AS without_local_storage,
    count(*) - count(h.has_instance_store) AS unknown
FROM years AS y
JOIN instance_types_history AS h
    ON CAST(h.valid_from AS CHAR(10)) <= y.year || '-12-31'
    AND (h.valid_to IS NULL OR CAST(h.valid_to AS CHAR(10)) > y.year || '-12-31')
WHERE h.status <> 'delisted'
GROUP BY y.year
ORDER BY y.year
