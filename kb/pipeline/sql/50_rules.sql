-- What each API does with a volume key and a volume size, from when to when. A workload that runs as another one
-- (its rule says `inherit`) takes that workload's rules for the time its own row holds.
-- (least() passes over NULL, so an open end gives way to a closed one)
-- in:  input_kms_rules, input_volume_size_rules, workloads
-- out: kms_rules, volume_size_rules

INSERT INTO kms_rules BY NAME
WITH own AS (
    SELECT *, effective_from AS valid_from, lead(effective_from) OVER (PARTITION BY workload ORDER BY effective_from) AS valid_to
    FROM input_kms_rules
),
inherited AS (
    SELECT
        o.workload,
        greatest(o.valid_from, p.valid_from) AS valid_from,
        least(o.valid_to, p.valid_to) AS valid_to,
        p.rule_id,
        p.workload AS inherited_from,
        p.api_member,
        p.release,
        p.effective_from AS rule_since,
        p.documentation,
        p.outcome_without_local_storage,
        p.outcome_without_local_storage_nitro,
        p.outcome_with_local_storage,
        'inferred' AS basis,
        p.reason_without,
        p.reason_without_nitro,
        p.reason_with,
        p.url,
        o.note
    FROM own AS o
    JOIN workloads AS w USING (workload)
    JOIN own AS p
        ON p.workload = w.runs_as
        AND (p.valid_to IS NULL OR p.valid_to > o.valid_from)
        AND (o.valid_to IS NULL OR o.valid_to > p.valid_from)
    WHERE o.outcome_with_local_storage = 'inherit'
)
SELECT * EXCLUDE (effective_from), CAST(NULL AS VARCHAR) AS inherited_from, effective_from AS rule_since
FROM own
WHERE outcome_with_local_storage <> 'inherit'
UNION ALL BY NAME
SELECT * FROM inherited
ORDER BY workload, valid_from;

INSERT INTO volume_size_rules BY NAME
WITH own AS (
    SELECT *, effective_from AS valid_from, lead(effective_from) OVER (PARTITION BY workload ORDER BY effective_from) AS valid_to
    FROM input_volume_size_rules
),
inherited AS (
    SELECT
        o.workload,
        greatest(o.valid_from, p.valid_from) AS valid_from,
        least(o.valid_to, p.valid_to) AS valid_to,
        p.rule_id,
        p.workload AS inherited_from,
        o.api_member,
        p.release,
        p.effective_from AS rule_since,
        p.on_local_storage,
        coalesce(o.minimum_gb, p.minimum_gb) AS minimum_gb,
        coalesce(o.maximum_gb, p.maximum_gb) AS maximum_gb,
        coalesce(o.default_gb, p.default_gb) AS default_gb,
        'inferred' AS basis,
        p.explanation,
        p.url,
        o.note
    FROM own AS o
    JOIN workloads AS w USING (workload)
    JOIN own AS p
        ON p.workload = w.runs_as
        AND (p.valid_to IS NULL OR p.valid_to > o.valid_from)
        AND (o.valid_to IS NULL OR o.valid_to > p.valid_from)
    WHERE o.on_local_storage = 'inherit'
)
SELECT * EXCLUDE (effective_from), CAST(NULL AS VARCHAR) AS inherited_from, effective_from AS rule_since
FROM own
WHERE on_local_storage <> 'inherit'
UNION ALL BY NAME
SELECT * FROM inherited
ORDER BY workload, valid_from;
