-- title: Where do two sources of hardware facts agree?
-- description: One row per fact and pair of sources that state it, with the number of EC2 types on which they agree, differ, or only one has a value.
WITH stated AS (
    SELECT
        o.subject,
        o.fact,
        o.source,
        CASE WHEN min(o.value) = max(o.value) THEN max(o.value) ELSE 'differs from Region to Region' END AS value
    FROM observations AS o
    WHERE o.valid_to IS NULL
        AND o.value IS NOT NULL
        AND o.fact NOT IN ('is_present', 'in_api_enum', 'in_price_list', 'has_quota', 'fingerprint')
    GROUP BY o.subject, o.fact, o.source
),
stating AS (
    SELECT DISTINCT s.fact, s.source FROM stated AS s
),
pairs AS (
    SELECT a.fact, a.source AS one_source, b.source AS other_source
    FROM stating AS a
    JOIN stating AS b ON b.fact = a.fact AND b.source > a.source
),
subjects AS (
    SELECT DISTINCT s.fact, s.subject FROM stated AS s
)
SELECT
    p.fact,
    p.one_source,
    p.other_source,
    count(CASE WHEN a.value = b.value THEN 1 END) AS agree,
    count(CASE WHEN a.value <> b.value THEN 1 END) AS differ,
    count(CASE WHEN b.value IS NULL THEN 1 END) AS one_only,
    count(CASE WHEN a.value IS NULL THEN 1 END) AS other_only
FROM pairs AS p
JOIN subjects AS t ON t.fact = p.fact
LEFT JOIN stated AS a ON a.fact = p.fact AND a.source = p.one_source AND a.subject = t.subject
LEFT JOIN stated AS b ON b.fact = p.fact AND b.source = p.other_source AND b.subject = t.subject
WHERE a.value IS NOT NULL OR b.value IS NOT NULL
GROUP BY p.fact, p.one_source, p.other_source
ORDER BY p.fact, p.one_source, p.other_source
