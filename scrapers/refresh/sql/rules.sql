-- The rule in force for each workload, and the state of the sentences that it rests on.
-- in: kms_rules, watched_sentences of the database in use
WITH watched AS (
    SELECT *, string_split(workloads, ', ') AS names FROM watched_sentences WHERE bears_on = 'volume_kms'
)
SELECT
    r.workload,
    r.rule_id,
    r.inherited_from,
    r.rule_since,
    r.release,
    r.outcome_without_local_storage,
    r.outcome_without_local_storage_nitro,
    r.outcome_with_local_storage,
    r.documentation,
    r.basis,
    r.url,
    count(w.sentence_id) AS sentences,
    -- the worst of them
    CASE
        WHEN count(w.sentence_id) = 0 THEN 'not watched'
        WHEN bool_or(w.status = 'vanished') THEN 'vanished'
        WHEN bool_or(w.status = 'changed') THEN 'changed'
        WHEN bool_and(w.status = 'never_read') THEN 'never read'
        WHEN bool_or(w.status = 'confirmed') THEN 'confirmed'
        ELSE 'unchanged'
    END AS evidence,
    -- the day since which nobody looked at one of them
    min(w.last_read) AS last_read,
    coalesce(list(w.sentence_id ORDER BY w.sentence_id) FILTER (WHERE w.status IN ('changed', 'vanished')), []) AS to_review
FROM kms_rules AS r
LEFT JOIN watched AS w ON list_contains(w.names, r.workload) OR list_contains(w.names, r.inherited_from)
WHERE r.valid_to IS NULL
GROUP BY ALL
ORDER BY r.workload;
