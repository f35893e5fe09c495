-- Curated tables that need no derivation.
-- in:  input_sources, input_scrapes, input_iam_condition_keys, input_contradictions, input_check_exceptions, input_workload_facts
-- out: sources, scrapes, iam_condition_keys, contradictions, check_exceptions, workload_facts, workloads

INSERT INTO sources BY NAME
SELECT * FROM input_sources ORDER BY source;

INSERT INTO scrapes BY NAME
SELECT * FROM input_scrapes ORDER BY observed_on, source, origin, document;

INSERT INTO iam_condition_keys BY NAME
SELECT * FROM input_iam_condition_keys ORDER BY action;

INSERT INTO contradictions BY NAME
SELECT * FROM input_contradictions ORDER BY contradiction_id;

INSERT INTO check_exceptions BY NAME
SELECT * FROM input_check_exceptions ORDER BY check_name, subject;

INSERT INTO workload_facts BY NAME
SELECT * FROM input_workload_facts ORDER BY workload, fact;

-- A workload's facts become columns, so that one row tells everything about it.
INSERT INTO workloads BY NAME
WITH fact_columns AS (
    SELECT
        workload,
        max(value) FILTER (WHERE fact = 'ml_volume_mount') AS ml_volume_mount,
        max(value) FILTER (WHERE fact = 'local_storage_mount') AS local_storage_mount,
        max(value) FILTER (WHERE fact = 'ml_volume_encryption_without_key') AS ml_volume_encryption_without_key,
        max(value) FILTER (WHERE fact = 'os_volume_encryption') AS os_volume_encryption,
        max(value) FILTER (WHERE fact = 'local_storage_encryption') AS local_storage_encryption,
        CAST(max(value) FILTER (WHERE fact = 'is_storage_ephemeral') AS BOOLEAN) AS is_storage_ephemeral,
        max(value) FILTER (WHERE fact = 'on_stop') AS on_stop,
        max(value) FILTER (WHERE fact = 'on_delete') AS on_delete,
        max(value) FILTER (WHERE fact = 'output_location') AS output_location,
        max(value) FILTER (WHERE fact = 'output_encryption') AS output_encryption,
        max(value) FILTER (WHERE fact = 'recommendation') AS recommendation
    FROM input_workload_facts
    GROUP BY workload
)
SELECT *
FROM input_workloads
LEFT JOIN fact_columns USING (workload)
ORDER BY workload;
