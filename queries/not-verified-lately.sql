-- title: What has not been verified lately?
-- description: Types, sources, watched sentences and curated pages that were last read before a given day, or never (an empty last_verified).
-- param before (date, default 90 days ago): day before which a reading counts as old
WITH readings AS (
    SELECT 'hardware of a type' AS what, t.instance_type AS subject, CAST(t.last_verified AS CHAR(10)) AS last_verified, t.storage_url AS url
    FROM instance_types AS t
    UNION ALL
    SELECT 'source', s.source, max(CAST(r.observed_on AS CHAR(10))), s.url
    FROM sources AS s
    LEFT JOIN scrapes AS r ON r.source = s.source
    -- curated tables are not scraped; their pages follow one by one
    WHERE s.log_file LIKE 'observations/%'
    GROUP BY s.source, s.url
    UNION ALL
    SELECT 'watched sentence', w.sentence_id, CAST(w.last_read AS CHAR(10)), w.url
    FROM watched_sentences AS w
    UNION ALL
    SELECT 'storage of a workload', f.workload || ', ' || f.fact, CAST(f.source_date AS CHAR(10)), f.source_url
    FROM workload_facts AS f
    UNION ALL
    SELECT 'condition keys of an action', i.action, CAST(i.seen_on AS CHAR(10)), i.url
    FROM iam_condition_keys AS i
    UNION ALL
    SELECT 'contradiction', c.contradiction_id, CAST(c.seen_on AS CHAR(10)), c.url
    FROM contradictions AS c
)
SELECT r.what, r.subject, r.last_verified, r.url
FROM readings AS r
WHERE r.last_verified IS NULL OR r.last_verified < $before
ORDER BY r.what, r.last_verified NULLS FIRST, r.subject
