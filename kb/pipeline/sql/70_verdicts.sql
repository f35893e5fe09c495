-- The answer for every instance type, workload and day: offer, rule and storage of that day put together.
-- in:  type_names, instance_types_history, workloads, workload_enums, workload_listing, kms_rules, volume_size_rules, contradictions,
--      watched_sentences, watched_sentences_history, input_special_types
-- out: kms_verdicts_history, kms_verdicts, internal.verdict_templates

-- A reason and the note on the volume size stay templates, with {type} for the instance type, until they are shown: in the tables here, in the library
-- when it is asked. The lookup snapshot takes the templates from internal.verdict_templates, so that types share its sentences.

-- Wordings that nobody has compared with the rules yet, one row per workload whose verdicts rest on them.
CREATE TEMP TABLE open_sentences AS
WITH named AS (
    SELECT h.sentence_id, w.bears_on, unnest(string_split(w.workloads, ', ')) AS rule_workload, h.valid_from, h.valid_to
    FROM watched_sentences_history AS h
    JOIN watched_sentences AS w USING (sentence_id)
    WHERE h.status IN ('changed', 'vanished') AND w.bears_on IN ('volume_kms', 'volume_size')
),
-- a workload rests on the sentences about itself, and on those about the workload whose rule it inherits
rests_on AS (
    SELECT 'volume_kms' AS bears_on, workload, unnest([workload, inherited_from]) AS rule_workload, valid_from, valid_to FROM kms_rules
    UNION ALL
    SELECT 'volume_size', workload, unnest([workload, inherited_from]), valid_from, valid_to FROM volume_size_rules
)
SELECT
    r.workload,
    n.bears_on,
    n.sentence_id,
    greatest(n.valid_from, r.valid_from) AS valid_from,
    least(n.valid_to, r.valid_to) AS valid_to  -- least() passes over NULL: an open end gives way to a closed one
FROM named AS n
JOIN rests_on AS r
    ON r.bears_on = n.bears_on AND r.rule_workload = n.rule_workload
    AND (r.valid_to IS NULL OR r.valid_to > n.valid_from) AND (n.valid_to IS NULL OR n.valid_to > r.valid_from);

-- Every day on which the answer for a type in a workload may change.
CREATE TEMP TABLE verdict_days AS
SELECT n.instance_type, w.workload, DATE '2017-11-29' AS on_day FROM type_names AS n CROSS JOIN workloads AS w
UNION
SELECT n.instance_type, w.workload, w.introduced_on FROM type_names AS n CROSS JOIN workloads AS w
UNION
SELECT n.instance_type, e.workload, e.valid_from FROM type_names AS n CROSS JOIN workload_enums AS e
UNION
SELECT n.instance_type, r.workload, r.valid_from FROM type_names AS n CROSS JOIN kms_rules AS r
UNION
SELECT n.instance_type, r.workload, r.valid_from FROM type_names AS n CROSS JOIN volume_size_rules AS r
UNION
SELECT h.instance_type, w.workload, h.valid_from FROM instance_types_history AS h CROSS JOIN workloads AS w
UNION
SELECT instance_type, workload, valid_from FROM workload_listing
UNION
SELECT instance_type, workload, valid_to FROM workload_listing WHERE valid_to IS NOT NULL
UNION
SELECT n.instance_type, s.workload, s.valid_from FROM type_names AS n CROSS JOIN open_sentences AS s
UNION
SELECT n.instance_type, s.workload, s.valid_to FROM type_names AS n CROSS JOIN open_sentences AS s WHERE s.valid_to IS NOT NULL;

CREATE TEMP TABLE open_then AS
SELECT
    d.workload,
    d.on_day,
    string_agg(DISTINCT s.sentence_id, ' ' ORDER BY s.sentence_id) FILTER (WHERE s.bears_on = 'volume_kms') AS of_key,
    string_agg(DISTINCT s.sentence_id, ' ' ORDER BY s.sentence_id) FILTER (WHERE s.bears_on = 'volume_size') AS of_size
FROM (SELECT DISTINCT workload, on_day FROM verdict_days) AS d
JOIN open_sentences AS s
    ON s.workload = d.workload AND s.valid_from <= d.on_day AND (s.valid_to IS NULL OR d.on_day < s.valid_to)
GROUP BY d.workload, d.on_day;

-- Who lists the type for the workload on that day; the API enum is the better witness.
CREATE TEMP TABLE offers_then AS
WITH listed AS (
    SELECT d.instance_type, d.workload, d.on_day, l.basis, l.origin, l.valid_from
    FROM verdict_days AS d
    JOIN workload_listing AS l
        ON l.instance_type = d.instance_type AND l.workload = d.workload
        AND l.valid_from <= d.on_day AND (l.valid_to IS NULL OR d.on_day < l.valid_to)
)
SELECT
    instance_type,
    workload,
    on_day,
    CASE
        WHEN bool_or(basis = 'api_enum') AND bool_or(basis = 'price_list') THEN 'both'
        WHEN bool_or(basis = 'api_enum') THEN 'api_enum'
        ELSE 'price_list'
    END AS offering_basis,
    arg_min(origin, (basis = 'price_list', valid_from, origin)) AS offering_origin,
    arg_min(valid_from, (basis = 'price_list', valid_from, origin)) AS offered_since
FROM listed
GROUP BY instance_type, workload, on_day;

CREATE TEMP TABLE verdict_inputs AS
SELECT
    d.instance_type,
    d.workload,
    d.on_day,
    coalesce(m.enum_shape, w.enum_shape) AS enum_shape,
    w.enum_shape IS NOT NULL AS names_types,
    w.introduced_on,
    w.introduced_on <= d.on_day AS is_introduced,
    w.runs_as_reason,
    w.title,
    k.kind,
    h.has_instance_store,
    h.is_nitro,
    -- '2 x 900 GB NVMe SSD' reads '2 x 900 GB of local NVMe SSD storage' in a sentence
    CASE
        WHEN contains(h.local_storage, 'unknown size') THEN replace(h.local_storage, 'NVMe', 'local NVMe')
        ELSE regexp_replace(h.local_storage, ' GB( .*)?$', ' GB of local\1 storage')
    END AS storage_phrase,
    h.instance_store_gb,
    h.storage_basis,
    h.storage_origin,
    h.storage_observed_on,
    h.storage_url,
    o.offering_basis,
    o.offering_origin,
    o.offered_since,
    e.of_key,
    e.of_size,
    r AS rule,
    z AS size_rule
FROM verdict_days AS d
JOIN workloads AS w USING (workload)
LEFT JOIN workload_enums AS m
    ON m.workload = d.workload AND m.valid_from <= d.on_day AND (m.valid_to IS NULL OR d.on_day < m.valid_to)
LEFT JOIN input_special_types AS k ON k.instance_type = d.instance_type
LEFT JOIN instance_types_history AS h
    ON h.instance_type = d.instance_type AND h.valid_from <= d.on_day AND (h.valid_to IS NULL OR d.on_day < h.valid_to)
LEFT JOIN offers_then AS o
    ON o.instance_type = d.instance_type AND o.workload = d.workload AND o.on_day = d.on_day
LEFT JOIN open_then AS e
    ON e.workload = d.workload AND e.on_day = d.on_day
LEFT JOIN kms_rules AS r
    ON r.workload = d.workload AND r.valid_from <= d.on_day AND (r.valid_to IS NULL OR d.on_day < r.valid_to)
LEFT JOIN volume_size_rules AS z
    ON z.workload = d.workload AND z.valid_from <= d.on_day AND (z.valid_to IS NULL OR d.on_day < z.valid_to);

CREATE TEMP TABLE verdict_rows AS
WITH decided AS (
    SELECT
        *,
        -- which of the rule's answers applies; first match wins
        CASE
            WHEN NOT is_introduced THEN 'workload_not_introduced'
            WHEN NOT names_types AND rule.outcome_with_local_storage = 'no_key_parameter' THEN 'no_key_parameter'
            WHEN NOT names_types THEN 'request_names_no_type'
            WHEN offering_basis IS NULL THEN 'not_listed'
            WHEN rule.rule_id IS NULL THEN 'no_rule'
            WHEN rule.documentation = 'no_parameter' THEN 'no_key_parameter'
            WHEN has_instance_store IS NULL THEN 'storage_unknown'
            WHEN has_instance_store THEN 'with'
            WHEN rule.outcome_without_local_storage_nitro IS NULL THEN 'without'
            WHEN is_nitro IS NULL THEN 'hypervisor_unknown'
            WHEN is_nitro THEN 'without_nitro'
            ELSE 'without'
        END AS branch
    FROM verdict_inputs
),
answered AS (
    SELECT
        *,
        CASE branch
            WHEN 'workload_not_introduced' THEN 'not_offered'
            WHEN 'not_listed' THEN 'not_offered'
            WHEN 'no_key_parameter' THEN 'no_key_parameter'
            WHEN 'with' THEN rule.outcome_with_local_storage
            WHEN 'without' THEN rule.outcome_without_local_storage
            WHEN 'without_nitro' THEN rule.outcome_without_local_storage_nitro
            ELSE 'unknown'
        END AS outcome
    FROM decided
),
explained AS (
    SELECT
        *,
        CASE branch
            WHEN 'workload_not_introduced' THEN 'SageMaker had no ' || title || ' before ' || introduced_on || '.'
            WHEN 'not_listed' THEN
                CASE WHEN kind = 'accelerator'
                    THEN '{type} is an accelerator attached to another instance, not an instance type that ' || title || ' can name.'
                    ELSE 'Neither the SageMaker API (' || enum_shape || ') nor a price list lists {type} for ' || title || '.'
                END
            WHEN 'request_names_no_type' THEN coalesce(rule.reason_with, 'The request names no instance type, so nothing can be said per type.')
            WHEN 'no_key_parameter' THEN coalesce(rule.reason_with, 'The API takes no volume key for ' || title || '.')
            WHEN 'no_rule' THEN 'No source says what happens to a volume key here.'
            WHEN 'storage_unknown' THEN
                CASE WHEN storage_basis = 'contested'
                    THEN 'Whether {type} has local storage, which decides what happens to the key, depends on the Region in EC2''s own answers.'
                    ELSE 'No source says whether {type} has local storage, which decides what happens to the key.'
                END
            WHEN 'hypervisor_unknown' THEN 'The answer depends on the hypervisor of {type}, and no source names it.'
            WHEN 'with' THEN rule.reason_with
            WHEN 'without' THEN rule.reason_without
            WHEN 'without_nitro' THEN rule.reason_without_nitro
        END AS reason_template,
        CASE
            WHEN outcome = 'unknown' THEN NULL
            WHEN outcome = 'not_offered' THEN 'observed'
            WHEN storage_basis = 'inferred' AND branch IN ('with', 'without', 'without_nitro') THEN 'inferred'
            ELSE rule.basis
        END AS basis,
        concat_ws('; ',
            CASE WHEN rule.inherited_from IS NOT NULL AND outcome <> 'not_offered' THEN runs_as_reason END,
            CASE WHEN storage_basis = 'inferred' AND branch IN ('with', 'without', 'without_nitro') THEN 'local storage: ' || storage_origin END
        ) AS basis_note,
        branch IN ('with', 'without', 'without_nitro', 'no_key_parameter', 'request_names_no_type', 'storage_unknown', 'hypervisor_unknown') AS rests_on_rule,
        branch IN ('with', 'without', 'without_nitro') AS rests_on_storage,
        CASE
            WHEN outcome = 'not_offered' OR size_rule.rule_id IS NULL THEN NULL
            WHEN size_rule.on_local_storage IN ('no_parameter', 'ebs_independent') THEN size_rule.on_local_storage
            WHEN has_instance_store THEN size_rule.on_local_storage
            WHEN NOT has_instance_store THEN 'ordinary'
        END AS volume_size_rule
    FROM answered
)
SELECT
    e.instance_type,
    e.workload,
    e.on_day,
    e.outcome,
    e.outcome = 'encrypts' AS all_storage_under_key,
    CASE WHEN e.outcome IN ('encrypts', 'ebs_only') THEN true WHEN e.outcome <> 'unknown' THEN false END AS supports_volume_kms,
    replace(e.reason_template, '{storage}', coalesce(e.storage_phrase, 'local storage')) AS reason,
    e.basis,
    nullif(e.basis_note, '') AS basis_note,
    CASE WHEN e.rests_on_rule THEN e.rule.rule_id END AS rule_id,
    CASE WHEN e.rests_on_rule THEN e.rule.api_member END AS api_member,
    CASE WHEN e.rests_on_rule THEN e.rule.release END AS release,
    CASE WHEN e.rests_on_rule THEN e.rule.rule_since END AS rule_since,
    CASE WHEN e.rests_on_rule THEN e.rule.url END AS url,
    e.volume_size_rule,
    CASE
        WHEN e.volume_size_rule IN ('at_most_local_total', 'fixed_to_local_total') THEN e.instance_store_gb
        WHEN e.volume_size_rule IN ('ordinary', 'ebs_independent') THEN e.size_rule.maximum_gb
    END AS volume_size_limit_gb,
    CASE
        WHEN e.volume_size_rule IS NULL THEN NULL
        WHEN e.volume_size_rule = 'ordinary' THEN
            CASE WHEN e.size_rule.maximum_gb IS NULL THEN 'The volume size is that of the EBS volume.'
                 ELSE 'The volume size is that of the EBS volume, ' || coalesce(e.size_rule.minimum_gb || ' to ', 'up to ') || e.size_rule.maximum_gb || ' GB.' END
        ELSE replace(e.size_rule.explanation, '{gb}', coalesce(CAST(e.instance_store_gb AS VARCHAR), 'unknown'))
    END AS volume_size_note,
    CASE WHEN e.volume_size_rule IS NOT NULL THEN e.size_rule.url END AS volume_size_url,
    e.offering_basis,
    e.offering_origin,
    e.offered_since,
    CASE WHEN e.rests_on_storage THEN e.storage_basis END AS storage_basis,
    CASE WHEN e.rests_on_storage THEN e.storage_origin END AS storage_origin,
    CASE WHEN e.rests_on_storage THEN e.storage_observed_on END AS storage_observed_on,
    CASE WHEN e.rests_on_storage THEN e.storage_url END AS storage_url,
    CASE WHEN e.rests_on_storage THEN e.has_instance_store END AS has_instance_store,
    CASE WHEN e.rests_on_rule THEN coalesce(e.rule.inherited_from, e.workload) ELSE e.workload END AS rule_workload,
    CASE WHEN e.rests_on_rule
        THEN nullif(concat_ws(' ', e.of_key, CASE WHEN e.volume_size_rule IS NOT NULL THEN e.of_size END), '')
    END AS changed_sentences,
    changed_sentences IS NOT NULL AS evidence_changed
FROM explained AS e;

CREATE TEMP TABLE verdict_spans AS
WITH packed AS (
    SELECT *, row(*COLUMNS(* EXCLUDE (instance_type, workload, on_day))) AS everything
    FROM verdict_rows
),
compared AS (
    SELECT *, row_number() OVER in_time AS position, lag(everything) OVER in_time AS before
    FROM packed
    WINDOW in_time AS (PARTITION BY instance_type, workload ORDER BY on_day)
)
SELECT
    * EXCLUDE (on_day, everything, position, before),
    on_day AS valid_from,
    lead(on_day) OVER (PARTITION BY instance_type, workload ORDER BY on_day) AS valid_to
FROM compared
WHERE position = 1 OR everything IS DISTINCT FROM before;

CREATE SCHEMA internal;
CREATE TABLE internal.verdict_templates AS
SELECT instance_type, workload, valid_from, reason, volume_size_note
FROM verdict_spans
ORDER BY instance_type, workload, valid_from;

-- A statement contradicts a verdict where it would lead to another outcome and the verdict stood, or arose, after it was read.
INSERT INTO kms_verdicts_history BY NAME
WITH contradicted AS (
    SELECT
        v.instance_type,
        v.workload,
        v.valid_from,
        string_agg(c.contradiction_id, ' ' ORDER BY c.contradiction_id) AS contradictions
    FROM verdict_spans AS v
    JOIN contradictions AS c
        ON c.workload = v.rule_workload AND c.says_outcome <> v.outcome
        AND (c.applies_to = 'any' OR v.has_instance_store)
        AND (v.valid_to IS NULL OR c.seen_on < v.valid_to)
    WHERE v.outcome NOT IN ('not_offered', 'no_key_parameter')
    GROUP BY v.instance_type, v.workload, v.valid_from
),
-- consecutive verdicts with one outcome form a run; a run begins where the outcome differs from the one before
runs AS (
    SELECT
        v.*,
        max(CASE WHEN is_new THEN valid_from END) OVER (
            PARTITION BY instance_type, workload ORDER BY valid_from ROWS UNBOUNDED PRECEDING
        ) AS outcome_since
    FROM (
        SELECT
            *,
            outcome IS DISTINCT FROM lag(outcome) OVER (PARTITION BY instance_type, workload ORDER BY valid_from) AS is_new
        FROM verdict_spans
    ) AS v
)
SELECT
    r.* EXCLUDE (has_instance_store, rule_workload, is_new)
    REPLACE (
        replace(r.reason, '{type}', r.instance_type) AS reason,
        replace(r.volume_size_note, '{type}', r.instance_type) AS volume_size_note
    ),
    c.contradictions
FROM runs AS r
LEFT JOIN contradicted AS c USING (instance_type, workload, valid_from)
ORDER BY instance_type, workload, valid_from;

INSERT INTO kms_verdicts BY NAME
SELECT * EXCLUDE (valid_to)
FROM kms_verdicts_history
WHERE valid_to IS NULL
ORDER BY instance_type, workload;
