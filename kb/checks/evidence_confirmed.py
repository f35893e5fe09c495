"""When AWS changes a sentence, the rule may have changed too: the sentence needs a manual review."""

from kb.checks.core import Check, Level

CHECK = Check(
    name="evidence_confirmed",
    description="every sentence that a rule rests on was compared with the rule since it last changed",
    scope=("watched_sentences", "kms_rules", "volume_size_rules", "contradictions"),
    level=Level.REVIEW,
    sql="""
WITH named AS (
    SELECT sentence_id, bears_on, unnest(string_split(workloads, ', ')) AS workload
    FROM watched_sentences
    WHERE status IN ('changed', 'vanished')
),
-- what may have become wrong; a workload without a rule of its own runs by that of another one
rules AS (
    SELECT 'volume_kms' AS bears_on, workload, 'rule ' || rule_id AS name FROM kms_rules WHERE valid_to IS NULL
    UNION ALL
    SELECT 'volume_size', workload, 'volume size rule ' || rule_id FROM volume_size_rules WHERE valid_to IS NULL
    UNION ALL
    SELECT 'contradiction', workload, 'contradiction ' || contradiction_id FROM contradictions
),
to_review AS (
    SELECT
        n.sentence_id,
        string_agg(
            DISTINCT coalesce(r.name, CASE n.bears_on WHEN 'workload_facts' THEN 'facts of ' ELSE 'rules of ' END || n.workload), ', '
            ORDER BY coalesce(r.name, CASE n.bears_on WHEN 'workload_facts' THEN 'facts of ' ELSE 'rules of ' END || n.workload)
        ) AS names
    FROM named AS n
    LEFT JOIN rules AS r ON r.bears_on = n.bears_on AND r.workload = n.workload
    GROUP BY n.sentence_id
)
SELECT
    w.sentence_id AS subject,
    'review ' || t.names || ': ' || w.place
        || coalesce(' read ' || w.previous_fingerprint, ' was not there') || ' from ' || w.previous_since
        || coalesce(' and reads ' || w.fingerprint, ' and is gone') || ' since ' || w.seen_since
        || '; see ' || w.url || '; if the rule holds or you corrected it: kb rule confirm ' || w.sentence_id AS detail
FROM watched_sentences AS w
JOIN to_review AS t USING (sentence_id)
""",
)
