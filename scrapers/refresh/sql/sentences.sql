-- Every watched sentence: its state, the rules to compare it with, and the answers that are marked because of it.
-- in: watched_sentences, kms_rules, volume_size_rules, contradictions, kms_verdicts of the database in use
WITH named AS (
    SELECT sentence_id, bears_on, string_split(workloads, ', ') AS names FROM watched_sentences
),
-- a workload that runs as another one has the other's rule
rules AS (
    SELECT 'volume_kms' AS bears_on, workload, inherited_from, rule_id AS name FROM kms_rules WHERE valid_to IS NULL
    UNION ALL
    SELECT 'volume_size', workload, inherited_from, rule_id FROM volume_size_rules WHERE valid_to IS NULL
    UNION ALL
    SELECT 'contradiction', workload, NULL, contradiction_id FROM contradictions
),
concerned AS (
    SELECT
        n.sentence_id,
        list(DISTINCT r.name ORDER BY r.name) AS rules,
        list(DISTINCT r.workload ORDER BY r.workload) AS workloads
    FROM named AS n
    JOIN rules AS r
        ON r.bears_on = n.bears_on AND (list_contains(n.names, r.workload) OR list_contains(n.names, r.inherited_from))
    GROUP BY n.sentence_id
),
marked AS (
    SELECT sentence_id, count(*) AS verdicts
    FROM (SELECT unnest(string_split(changed_sentences, ' ')) AS sentence_id FROM kms_verdicts WHERE evidence_changed)
    GROUP BY sentence_id
)
SELECT
    w.sentence_id,
    w.source,
    w.document,
    w.place,
    w.url,
    w.bears_on,
    w.status,
    w.previous_fingerprint,
    w.previous_since,
    w.fingerprint,
    w.seen_since,
    w.unconfirmed_since,
    w.last_read,
    coalesce(c.rules, []) AS rules,
    coalesce(c.workloads, n.names) AS workloads,
    coalesce(m.verdicts, 0) AS verdicts
FROM watched_sentences AS w
JOIN named AS n USING (sentence_id)
LEFT JOIN concerned AS c USING (sentence_id)
LEFT JOIN marked AS m USING (sentence_id)
ORDER BY w.sentence_id;
