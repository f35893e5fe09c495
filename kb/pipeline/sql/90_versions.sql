-- What changed on which day, and the data versions that follow from it.
-- in:  everything before
-- out: changes, versions, build_info

INSERT INTO changes BY NAME
WITH first_readings AS (
    SELECT source, min(observed_on) AS first_on, arg_min(origin, observed_on) AS origin FROM scrapes GROUP BY source
),
-- what holds until something else is said; each row that says something else than the one before it is a change
said AS (
    SELECT 'fact' AS kind, instance_type, 'status' AS what, status AS value, valid_from FROM instance_types_history
    UNION ALL BY NAME
    SELECT 'verdict' AS kind, instance_type, workload, 'outcome' AS what, outcome AS value, valid_from, 'botocore ' || release AS origin
    FROM kms_verdicts_history
    UNION ALL BY NAME
    SELECT 'rule' AS kind, workload, 'outcome_with_local_storage' AS what, outcome_with_local_storage AS value,
        valid_from, 'botocore ' || release AS origin
    FROM kms_rules
    UNION ALL BY NAME
    SELECT 'rule' AS kind, workload, 'outcome_without_local_storage' AS what,
        coalesce(outcome_without_local_storage_nitro, outcome_without_local_storage) AS value,
        valid_from, 'botocore ' || release AS origin
    FROM kms_rules
    UNION ALL BY NAME
    SELECT 'volume_size_rule' AS kind, workload, 'on_local_storage' AS what, on_local_storage AS value,
        valid_from, 'botocore ' || release AS origin
    FROM volume_size_rules
    UNION ALL BY NAME
    -- where several workloads rest on the sentence, none is named
    SELECT 'evidence' AS kind, CASE WHEN NOT contains(w.workloads, ',') THEN w.workloads END AS workload,
        h.sentence_id AS what, h.fingerprint AS value, h.valid_from, h.origin
    FROM watched_sentences_history AS h
    JOIN watched_sentences AS w USING (sentence_id)
),
said_in_time AS (
    SELECT *, lag(value) OVER in_time AS value_before, row_number() OVER in_time = 1 AS is_first
    FROM said
    WINDOW in_time AS (PARTITION BY kind, instance_type, workload, what ORDER BY valid_from)
),
-- Only of a rule is the first word news. Coming and going of an offer is a listing change; what is left here is a
-- different answer for the same offer.
said_otherwise AS (
    SELECT valid_from AS changed_on, kind, instance_type, workload, what, value_before AS old_value, value AS new_value, origin
    FROM said_in_time
    WHERE value IS DISTINCT FROM value_before
        AND (kind IN ('rule', 'volume_size_rule') OR NOT is_first)
        AND (kind <> 'verdict' OR 'not_offered' NOT IN (value, value_before))
),
facts_in_time AS (
    SELECT f.*, n.first_seen, r.first_on, lag(f.value) OVER (PARTITION BY f.instance_type, f.fact ORDER BY f.valid_from) AS value_before
    FROM type_facts AS f
    JOIN type_names AS n USING (instance_type)
    LEFT JOIN first_readings AS r USING (source)
    WHERE f.fact <> 'is_present'
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
everything AS (
    SELECT * FROM said_otherwise
    UNION ALL BY NAME
    SELECT first_seen AS changed_on, 'type_added' AS kind, instance_type, 'instance_type' AS what, instance_type AS new_value
    FROM instance_types
    UNION ALL BY NAME
    -- A first value is news only if the type was already known without it, and did not come with the first reading of
    -- its source. What is worked out from another fact changes with that one and is not counted again.
    SELECT valid_from AS changed_on, 'fact' AS kind, instance_type, fact AS what, value_before AS old_value, value AS new_value, origin
    FROM facts_in_time
    WHERE value_before IS DISTINCT FROM value AND valid_from > first_seen AND NOT is_derived
        AND (value_before IS NOT NULL OR first_on IS NULL OR valid_from > first_on)
    UNION ALL BY NAME
    -- first facts about a type already listed: they are carried back, so nothing changes on that day but what is known
    SELECT valid_to AS changed_on, 'facts_added' AS kind, source AS what,
        count(*) || ' facts about ' || count(DISTINCT instance_type) || ' types' AS new_value, max(origin) AS origin
    FROM type_facts
    WHERE basis = 'carried_back' AND NOT is_derived
    GROUP BY valid_to, source
    UNION ALL BY NAME
    SELECT valid_from AS changed_on, 'listing' AS kind, enum_value AS instance_type, enum_shape AS what, 'listed' AS new_value, origin
    FROM enum_members
    UNION ALL BY NAME
    SELECT valid_to AS changed_on, 'listing' AS kind, enum_value AS instance_type, enum_shape AS what, 'listed' AS old_value
    FROM enum_members
    WHERE valid_to IS NOT NULL
    UNION ALL BY NAME
    SELECT valid_from AS changed_on, 'region' AS kind, instance_type, what, 'listed' AS new_value, origin
    FROM listings_in_time
    WHERE valid_from > first_on AND valid_from IS DISTINCT FROM ended_before
    UNION ALL BY NAME
    SELECT valid_to AS changed_on, 'region' AS kind, instance_type, what, 'listed' AS old_value
    FROM listings_in_time
    WHERE valid_to IS NOT NULL AND valid_to IS DISTINCT FROM next_from
    UNION ALL BY NAME
    SELECT first_on AS changed_on, 'source_added' AS kind, source AS what, source AS new_value, origin FROM first_readings
)
SELECT
    strftime(changed_on, '%Y.%m.%d') AS version,
    * REPLACE (coalesce(instance_type, '') AS instance_type, coalesce(workload, '') AS workload)
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
