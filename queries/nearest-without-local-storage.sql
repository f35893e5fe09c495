-- title: Which types without local storage come nearest to this one?
-- description: Types on which the key encrypts all ML storage, nearest first, as kb.alternatives and the page of the type have them: same architecture and kind of accelerator, half to four times as much of everything but the clock. The distance adds up what differs: twice as much of something counts 1, half as much 2, and double that for accelerators and their memory; another accelerator model adds 0.5, another maker of processors 0.25. Prices are not in the data. Where there is no such type, the first row says why; types that EC2 no longer has, or that the SageMaker API does not list, come last, marked.
-- param type (text, default ml.m5d.xlarge): instance type with local storage
-- param workload (text, default endpoint): workload, as in the table workloads
-- param region (text, default any): AWS Region that must list the type, or any
WITH machines AS (
    SELECT
        t.instance_type,
        t.status,
        t.has_instance_store,
        t.local_storage,
        t.processor_manufacturer,
        t.vcpus,
        t.memory_gib,
        t.clock_ghz,
        t.gpu_count + t.accelerator_count AS accelerators,
        CASE WHEN t.gpu_count > 0 THEN t.gpu_name WHEN t.accelerator_count > 0 THEN t.accelerator_name END AS accelerator_name,
        CASE
            WHEN t.gpu_count > 0 THEN t.gpu_memory_gib
            WHEN t.accelerator_count > 0 THEN t.accelerator_memory_gib
        END AS accelerator_memory_gib
    FROM instance_types AS t
),
asked AS (
    SELECT
        lower(trim($type)) AS instance_type,
        lower(trim($workload)) AS workload,
        lower(trim($region)) AS region
),
-- what was asked for, and NULL where there is no such type, workload or Region
own AS (
    SELECT
        m.*,
        s.distance IS NOT NULL AS is_comparable,
        w.workload,
        CASE WHEN a.region = 'any' THEN a.region ELSE (SELECT max(f.region) FROM offerings AS f JOIN asked AS b ON b.region = f.region) END AS region,
        (SELECT count(f.region) FROM offerings AS f JOIN asked AS b ON b.workload = f.workload) > 0 AS has_region_lists
    FROM asked AS a
    LEFT JOIN machines AS m ON m.instance_type = a.instance_type
    LEFT JOIN nearest_types AS s ON s.instance_type = m.instance_type AND s.nearest_type = m.instance_type
    LEFT JOIN workloads AS w ON w.workload = a.workload
),
-- the types of the Region: of its list for the workload; where no Region list speaks of the workload, of any list
there AS (
    SELECT DISTINCT f.instance_type
    FROM own AS o
    JOIN offerings AS f ON f.region = o.region AND (f.workload = o.workload OR NOT o.has_region_lists)
),
-- the build has calculated the distances, as kb.alternatives does
near AS (
    SELECT
        m.instance_type,
        m.status,
        n.distance,
        CASE WHEN o.region = 'any' THEN NULL WHEN o.has_region_lists THEN 'yes' ELSE 'not known' END AS in_region
    FROM own AS o
    JOIN nearest_types AS n ON n.instance_type = o.instance_type
    JOIN kms_verdicts AS v ON v.instance_type = n.nearest_type AND v.workload = o.workload AND v.outcome = 'encrypts'
    JOIN machines AS m ON m.instance_type = n.nearest_type
    WHERE o.region = 'any' OR m.instance_type IN (SELECT t.instance_type FROM there AS t)
),
findings AS (
    SELECT
        1 AS place,
        CASE
            WHEN o.instance_type IS NULL THEN 'no such instance type'
            WHEN o.workload IS NULL THEN 'no such workload'
            WHEN o.region IS NULL THEN 'no such Region'
            WHEN o.has_instance_store IS NULL THEN 'not known whether it has local storage'
            WHEN NOT o.has_instance_store THEN 'it has no local storage itself'
            WHEN NOT o.is_comparable THEN 'not all of its hardware is known, so nothing can be compared'
            ELSE 'none: no listed type of this kind and about this size keeps all storage under the key'
        END AS finding,
        NULL AS instance_type,
        NULL AS distance,
        NULL AS in_region
    FROM own AS o
    WHERE NOT EXISTS (SELECT 1 FROM near AS n WHERE n.status = 'listed')
    UNION ALL
    SELECT
        CASE n.status WHEN 'listed' THEN 2 ELSE 3 END,
        CASE n.status
            WHEN 'listed' THEN 'alternative'
            WHEN 'retired' THEN 'SageMaker lists it, EC2 no longer has it'
            ELSE 'the SageMaker API does not list it'
        END,
        n.instance_type,
        n.distance,
        n.in_region
    FROM near AS n
)
SELECT
    f.instance_type,
    f.finding,
    f.distance,
    f.in_region,
    m.vcpus,
    m.vcpus - o.vcpus AS vcpus_change,
    m.memory_gib,
    m.memory_gib - o.memory_gib AS memory_change_gib,
    m.accelerators,
    m.accelerators - o.accelerators AS accelerators_change,
    m.accelerator_name,
    m.accelerator_memory_gib,
    m.accelerator_memory_gib - o.accelerator_memory_gib AS accelerator_memory_change_gib,
    m.processor_manufacturer,
    m.clock_ghz,
    o.local_storage AS local_storage_given_up
FROM findings AS f
CROSS JOIN own AS o
LEFT JOIN machines AS m ON m.instance_type = f.instance_type
ORDER BY f.place, f.distance NULLS FIRST, f.instance_type NULLS FIRST
LIMIT 10
