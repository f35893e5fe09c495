-- What changed on which day, and the data versions that follow from it.
-- in:  everything before
-- out: changes, versions, build_info

INSERT INTO changes BY NAME
WITH first_readings AS (
    SELECT source, min(observed_on) AS first_on, arg_min(origin, observed_on) AS origin FROM scrapes GROUP BY source
),
added AS (
    SELECT first_seen AS changed_on, 'type_added' AS kind, instance_type, '' AS workload, 'instance_type' AS what,
        CAST(NULL AS VARCHAR) AS old_value, instance_type AS new_value, CAST(NULL AS VARCHAR) AS origin
    FROM instance_types
),
statuses AS (
    SELECT valid_from AS changed_on, 'fact' AS kind, instance_type, '' AS workload, 'status' AS what,
        lag(status) OVER (PARTITION BY instance_type ORDER BY valid_from) AS old_value, status AS new_value, CAST(NULL AS VARCHAR) AS origin
    FROM instance_types_history
    QUALIFY old_value <> new_value
),
facts_in_time AS (
    SELECT f.*, n.first_seen, r.first_on, lag(f.value) OVER (PARTITION BY f.instance_type, f.fact ORDER BY f.valid_from) AS value_before
    FROM type_facts AS f
    JOIN type_names AS n USING (instance_type)
    LEFT JOIN first_readings AS r USING (source)
    WHERE f.fact <> 'is_present'
),
-- A first value is news only if the type was already known without it, and did not come with the first reading of its
-- source. What is worked out from another fact changes with that one and is not counted again.
facts AS (
    SELECT valid_from AS changed_on, 'fact' AS kind, instance_type, '' AS workload, fact AS what,
        value_before AS old_value, value AS new_value, origin
    FROM facts_in_time
    WHERE value_before IS DISTINCT FROM value AND valid_from > first_seen AND NOT is_derived
        AND (value_before IS NOT NULL OR first_on IS NULL OR valid_from > first_on)
),
listings AS (
    SELECT valid_from AS changed_on, 'listing' AS kind, enum_value AS instance_type, '' AS workload, enum_shape AS what,
        CAST(NULL AS VARCHAR) AS old_value, 'listed' AS new_value, origin
    FROM enum_members
    UNION ALL
    SELECT valid_to, 'listing', enum_value, '', enum_shape, 'listed', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
    FROM enum_members
    WHERE valid_to IS NOT NULL
),
-- what is listed on the first day on which any list speaks of a component is no change, and neither is a listing that
-- goes on where the price list takes over from the packaged lists
listings_in_time AS (
    SELECT
        *,
        component || '/' || region AS what,
        min(valid_from) OVER (PARTITION BY component) AS first_on,
        lag(valid_to) OVER same_listing AS ended_before,
        lead(valid_from) OVER same_listing AS next_from
    FROM region_listings
    WINDOW same_listing AS (PARTITION BY component, region, instance_type ORDER BY valid_from)
),
regions AS (
    SELECT valid_from AS changed_on, 'region' AS kind, instance_type, '' AS workload, what,
        CAST(NULL AS VARCHAR) AS old_value, 'listed' AS new_value, origin
    FROM listings_in_time
    WHERE valid_from > first_on AND valid_from IS DISTINCT FROM ended_before
    UNION ALL
    SELECT valid_to, 'region', instance_type, '', what, 'listed', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
    FROM listings_in_time
    WHERE valid_to IS NOT NULL AND valid_to IS DISTINCT FROM next_from
),
rules AS (
    SELECT valid_from AS changed_on, 'rule' AS kind, '' AS instance_type, workload, 'outcome_with_local_storage' AS what,
        lag(outcome_with_local_storage) OVER (PARTITION BY workload ORDER BY valid_from) AS old_value,
        outcome_with_local_storage AS new_value, 'botocore ' || release AS origin
    FROM kms_rules
    QUALIFY old_value IS DISTINCT FROM new_value
),
rules_without AS (
    SELECT valid_from AS changed_on, 'rule' AS kind, '' AS instance_type, workload, 'outcome_without_local_storage' AS what,
        lag(coalesce(outcome_without_local_storage_nitro, outcome_without_local_storage)) OVER (PARTITION BY workload ORDER BY valid_from) AS old_value,
        coalesce(outcome_without_local_storage_nitro, outcome_without_local_storage) AS new_value, 'botocore ' || release AS origin
    FROM kms_rules
    QUALIFY old_value IS DISTINCT FROM new_value
),
size_rules AS (
    SELECT valid_from AS changed_on, 'volume_size_rule' AS kind, '' AS instance_type, workload, 'on_local_storage' AS what,
        lag(on_local_storage) OVER (PARTITION BY workload ORDER BY valid_from) AS old_value,
        on_local_storage AS new_value, 'botocore ' || release AS origin
    FROM volume_size_rules
    QUALIFY old_value IS DISTINCT FROM new_value
),
-- coming and going of an offer is a listing change; what is left here is a different answer for the same offer
verdicts AS (
    SELECT valid_from AS changed_on, 'verdict' AS kind, instance_type, workload, 'outcome' AS what,
        lag(outcome) OVER (PARTITION BY instance_type, workload ORDER BY valid_from) AS old_value,
        outcome AS new_value, CASE WHEN release IS NOT NULL THEN 'botocore ' || release END AS origin
    FROM kms_verdicts_history
    QUALIFY old_value <> new_value AND old_value <> 'not_offered' AND new_value <> 'not_offered'
),
-- a watched sentence reads otherwise than before, is gone, or is back
evidence AS (
    SELECT h.valid_from AS changed_on, 'evidence' AS kind, '' AS instance_type,
        CASE WHEN contains(w.workloads, ',') THEN '' ELSE w.workloads END AS workload, h.sentence_id AS what,
        lag(h.fingerprint) OVER in_time AS old_value, h.fingerprint AS new_value, h.origin
    FROM watched_sentences_history AS h
    JOIN watched_sentences AS w USING (sentence_id)
    WINDOW in_time AS (PARTITION BY h.sentence_id ORDER BY h.valid_from)
    QUALIFY row_number() OVER in_time > 1
),
-- first facts about a type already listed: they are carried back, so nothing changes on that day but what is known
facts_added AS (
    SELECT valid_to AS changed_on, 'facts_added' AS kind, '' AS instance_type, '' AS workload, source AS what,
        CAST(NULL AS VARCHAR) AS old_value,
        count(*) || ' facts about ' || count(DISTINCT instance_type) || ' types' AS new_value,
        max(origin) AS origin
    FROM type_facts
    WHERE basis = 'carried_back' AND NOT is_derived
    GROUP BY valid_to, source
),
sources_added AS (
    SELECT first_on AS changed_on, 'source_added' AS kind, '' AS instance_type, '' AS workload, source AS what,
        CAST(NULL AS VARCHAR) AS old_value, source AS new_value, origin
    FROM first_readings
),
everything AS (
    SELECT * FROM added
    UNION ALL SELECT * FROM statuses
    UNION ALL SELECT * FROM facts
    UNION ALL SELECT * FROM listings
    UNION ALL SELECT * FROM regions
    UNION ALL SELECT * FROM rules
    UNION ALL SELECT * FROM rules_without
    UNION ALL SELECT * FROM size_rules
    UNION ALL SELECT * FROM verdicts
    UNION ALL SELECT * FROM evidence
    UNION ALL SELECT * FROM facts_added
    UNION ALL SELECT * FROM sources_added
)
SELECT strftime(changed_on, '%Y.%m.%d') AS version, *
FROM everything
ORDER BY changed_on, kind, instance_type, workload, what;

INSERT INTO versions BY NAME
WITH counted AS (
    SELECT version, changed_on, kind, count(*) AS rows_of_kind FROM changes GROUP BY version, changed_on, kind
)
SELECT
    version,
    changed_on AS released_on,
    sum(rows_of_kind) AS changes,
    string_agg(rows_of_kind || ' ' || kind, ', ' ORDER BY kind) AS summary
FROM counted
GROUP BY version, changed_on
ORDER BY version;

INSERT INTO build_info
SELECT 'data_version', max(version) FROM versions HAVING count(*) > 0
UNION ALL
SELECT name, value FROM input_build_info
ORDER BY 1;
