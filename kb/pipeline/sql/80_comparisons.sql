-- Where sources disagree with each other, and where the SDK's name rule disagrees with the evidence.
-- in:  said, statements, region_listing, input_service_quotas, watched_sentences_history, watched_sentences, enum_members, kms_rules,
--      contradictions, input_sdk_name_rule, instance_types
-- out: observations, conflicts, name_heuristic

INSERT INTO observations BY NAME
WITH quotas AS (
    SELECT
        *,
        lead(observed_on) OVER (PARTITION BY usage, region, instance_type ORDER BY observed_on) AS next_on
    FROM input_service_quotas
)
SELECT ec2_type AS subject, fact, region AS scope, source, value, valid_from, valid_to, origin
FROM said
UNION ALL BY NAME
SELECT enum_value AS subject, 'in_api_enum' AS fact, enum_shape AS scope, 'sagemaker_api' AS source, 'true' AS value,
    valid_from, valid_to, origin
FROM enum_members
UNION ALL BY NAME
SELECT instance_type AS subject, 'in_price_list' AS fact, component || '/' || region AS scope, source, 'true' AS value,
    valid_from, valid_to, origin
FROM region_listing
UNION ALL BY NAME
SELECT instance_type AS subject, 'has_quota' AS fact, usage || '/' || region AS scope, source, 'true' AS value,
    observed_on AS valid_from, next_on AS valid_to, origin
FROM quotas
WHERE is_listed
UNION ALL BY NAME
SELECT h.sentence_id AS subject, 'fingerprint' AS fact, '' AS scope, w.source, h.fingerprint AS value,
    h.valid_from, h.valid_to, h.origin
FROM watched_sentences_history AS h
JOIN watched_sentences AS w USING (sentence_id)
ORDER BY subject, fact, scope, source, valid_from;

INSERT INTO conflicts BY NAME
WITH standing AS (
    SELECT * FROM statements WHERE valid_to IS NULL AND (value IS NOT NULL OR is_contested)
),
-- a source that does not show the type any more contradicts nobody
gone AS (
    SELECT source, ec2_type FROM standing WHERE fact = 'is_present' AND value = 'false'
),
chosen AS (
    SELECT *
    FROM standing
    QUALIFY row_number() OVER (PARTITION BY ec2_type, fact ORDER BY precedence) = 1
),
-- 'false in eu-west-1, true in us-east-1 us-west-2'
by_value AS (
    SELECT source, ec2_type, fact, value, string_agg(region, ' ' ORDER BY region) AS regions
    FROM said
    WHERE valid_to IS NULL AND value IS NOT NULL AND region <> ''
    GROUP BY source, ec2_type, fact, value
),
contested AS (
    SELECT
        c.ec2_type AS subject,
        c.fact,
        c.source AS chosen_source,
        'unknown' AS chosen_value,
        c.source AS other_source,
        string_agg(v.value || ' in ' || v.regions, ', ' ORDER BY v.value) AS other_value,
        'unknown' AS newer,
        any_value(c.origin) || ' differs from Region to Region since ' || any_value(c.valid_from) || ', so there is no single answer' AS explanation,
        any_value(c.url) AS url
    FROM chosen AS c
    JOIN by_value AS v ON v.source = c.source AND v.ec2_type = c.ec2_type AND v.fact = c.fact
    WHERE c.is_contested
    GROUP BY c.ec2_type, c.fact, c.source
),
hardware AS (
    SELECT
        c.ec2_type AS subject,
        c.fact,
        c.source AS chosen_source,
        c.value AS chosen_value,
        o.source AS other_source,
        o.value AS other_value,
        CASE WHEN c.valid_from > o.valid_from THEN 'chosen' WHEN o.valid_from > c.valid_from THEN 'other' ELSE 'unknown' END AS newer,
        c.origin || ' and ' || o.origin || ' differ' AS explanation,
        o.url
    FROM chosen AS c
    JOIN standing AS o ON o.ec2_type = c.ec2_type AND o.fact = c.fact AND o.source <> c.source AND o.value <> c.value
    -- what is worked out from another fact on both sides disagrees there already; that a source does not list a type is no
    -- statement about the type
    WHERE NOT (c.is_derived AND o.is_derived) AND c.fact <> 'is_present'
        AND (o.source, o.ec2_type) NOT IN (SELECT (source, ec2_type) FROM gone)
),
documents AS (
    SELECT
        c.workload AS subject,
        'volume_kms' AS fact,
        'sagemaker_api' AS chosen_source,
        CASE WHEN c.applies_to = 'local_storage' THEN r.outcome_with_local_storage ELSE r.outcome_without_local_storage END AS chosen_value,
        c.contradiction_id AS other_source,
        c.says_outcome AS other_value,
        CASE c.newer_side WHEN 'rule' THEN 'chosen' WHEN 'contradiction' THEN 'other' ELSE 'unknown' END AS newer,
        c.source_title || ': ' || c.statement AS explanation,
        c.url
    FROM contradictions AS c
    JOIN kms_rules AS r ON r.workload = c.workload AND r.valid_to IS NULL
)
SELECT * FROM hardware
UNION ALL
SELECT * FROM contested
UNION ALL
SELECT * FROM documents WHERE chosen_value <> other_value
ORDER BY subject, fact, other_source;

INSERT INTO name_heuristic BY NAME
WITH matched AS (
    SELECT
        t.instance_type,
        t.is_kms_eligible,
        string_agg(r.match_kind || ' ' || r.pattern, ', ' ORDER BY r.element) FILTER (
            WHERE (r.match_kind = 'contains' AND contains(t.family, r.pattern))
            OR (r.match_kind = 'prefix' AND starts_with(t.family, r.pattern))
        ) AS sdk_matched,
        max(r.sdk_release) AS sdk_release
    FROM instance_types AS t
    CROSS JOIN input_sdk_name_rule AS r
    GROUP BY t.instance_type, t.is_kms_eligible
)
SELECT
    instance_type,
    sdk_matched IS NULL AS sdk_supports_kms,
    sdk_matched,
    is_kms_eligible,
    (sdk_matched IS NULL) = is_kms_eligible AS is_right,
    CASE
        WHEN sdk_matched IS NULL AND NOT is_kms_eligible THEN 'accepts_local_storage'
        WHEN sdk_matched IS NOT NULL AND is_kms_eligible THEN 'refuses_without_local_storage'
    END AS error,
    sdk_release
FROM matched
ORDER BY instance_type;
