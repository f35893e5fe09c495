-- title: Where do AWS's own pages disagree about a key?
-- description: Every AWS statement that would lead to a different outcome than the rule in use, with the number of verdicts it affects.
SELECT
    c.workload,
    c.says_outcome,
    c.newer_side,
    c.statement,
    c.source_title,
    c.seen_on,
    (
        SELECT count(*)
        FROM kms_verdicts AS v
        -- ids are separated by spaces; spaces around both sides keep one id from matching inside another
        WHERE ' ' || coalesce(v.contradictions, '') || ' ' LIKE '% ' || c.contradiction_id || ' %'
    ) AS verdicts,
    c.url
FROM contradictions AS c
ORDER BY c.workload, c.contradiction_id
