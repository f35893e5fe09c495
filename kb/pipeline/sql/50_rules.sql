-- What each API does with a volume key and a volume size, from when to when. A workload that runs as another one
-- (its rule says `inherit`) takes that workload's rules for the time its own row holds.
-- (least() passes over NULL, so an open end gives way to a closed one)
-- in:  input_kms_rules, input_volume_size_rules, workloads
-- out: kms_rules, volume_size_rules

-- The time of each rule: `own_id` is the row of the workload, `rule_id` the row whose words count.
CREATE TEMP VIEW rule_times AS
WITH every_rule AS (
    SELECT 'kms' AS kind, rule_id, workload, effective_from, outcome_with_local_storage = 'inherit' AS is_inherited
    FROM input_kms_rules
    UNION ALL
    SELECT 'volume_size', rule_id, workload, effective_from, on_local_storage = 'inherit'
    FROM input_volume_size_rules
),
own AS (
    SELECT
        *,
        effective_from AS valid_from,
        lead(effective_from) OVER (PARTITION BY kind, workload ORDER BY effective_from) AS valid_to
    FROM every_rule
)
SELECT
    kind,
    workload,
    valid_from,
    valid_to,
    rule_id AS own_id,
    rule_id,
    CAST(NULL AS VARCHAR) AS inherited_from
FROM own
WHERE NOT is_inherited
UNION ALL
SELECT
    o.kind,
    o.workload,
    greatest(o.valid_from, p.valid_from),
    least(o.valid_to, p.valid_to),
    o.rule_id,
    p.rule_id,
    p.workload
FROM own AS o
JOIN workloads AS w USING (workload)
JOIN own AS p
    ON p.kind = o.kind
    AND p.workload = w.runs_as
    AND (p.valid_to IS NULL OR p.valid_to > o.valid_from)
    AND (o.valid_to IS NULL OR o.valid_to > p.valid_from)
WHERE o.is_inherited;

INSERT INTO kms_rules BY NAME
SELECT
    t.workload,
    t.valid_from,
    t.valid_to,
    t.inherited_from,
    r.effective_from AS rule_since,
    if(t.inherited_from IS NULL, r.basis, 'inferred') AS basis,
    o.note,
    r.* EXCLUDE (workload, effective_from, basis, note)
FROM rule_times AS t
JOIN input_kms_rules AS r ON r.rule_id = t.rule_id
JOIN input_kms_rules AS o ON o.rule_id = t.own_id
WHERE t.kind = 'kms'
ORDER BY t.workload, t.valid_from;

INSERT INTO volume_size_rules BY NAME
SELECT
    t.workload,
    t.valid_from,
    t.valid_to,
    t.inherited_from,
    r.effective_from AS rule_since,
    if(t.inherited_from IS NULL, r.basis, 'inferred') AS basis,
    o.api_member,
    coalesce(o.minimum_gb, r.minimum_gb) AS minimum_gb,
    coalesce(o.maximum_gb, r.maximum_gb) AS maximum_gb,
    coalesce(o.default_gb, r.default_gb) AS default_gb,
    o.note,
    r.* EXCLUDE (workload, effective_from, basis, api_member, minimum_gb, maximum_gb, default_gb, note)
FROM rule_times AS t
JOIN input_volume_size_rules AS r ON r.rule_id = t.rule_id
JOIN input_volume_size_rules AS o ON o.rule_id = t.own_id
WHERE t.kind = 'volume_size'
ORDER BY t.workload, t.valid_from;
