-- title: Which types without local storage come nearest to this one?
-- description: Types on which the key encrypts all ML storage, of the same architecture and kind of accelerator, with half to four times as much of everything but the clock: the nearest first, as kb.alternatives and the page of the type have them. The distance adds up what there is more or less of: twice as much counts 1, half as much 2, and for accelerators and their memory double; another accelerator model adds 0.5, another maker of processors 0.25 (the data have no prices). Where there is none, the first row says so; types that EC2 no longer has, or SageMaker's API does not list, come last, marked.
-- param type (text, default ml.m5d.xlarge): instance type with local storage
-- param workload (text, default endpoint): workload, as in the table workloads
-- param region (text, default any): AWS Region that must list the type, or any
WITH machines AS (
    SELECT
        t.instance_type,
        t.status,
        t.has_instance_store,
        t.local_storage,
        CASE
            WHEN ' ' || t.architectures || ' ' LIKE '% arm64 %' THEN 'arm64'
            WHEN t.architectures IS NOT NULL THEN 'x86'
        END AS architecture,
        t.processor_manufacturer,
        t.vcpus,
        t.memory_gib,
        t.clock_ghz,
        CASE
            WHEN t.gpu_count > 0 THEN 'GPU of ' || t.gpu_manufacturer
            WHEN t.accelerator_count > 0 THEN 'other accelerator'
            WHEN t.gpu_count = 0 AND t.accelerator_count = 0 THEN 'none'
        END AS accelerator_kind,
        t.gpu_count + t.accelerator_count AS accelerators,
        CASE
            WHEN t.gpu_count > 0 THEN t.gpu_name
            WHEN t.accelerator_count > 0 THEN t.accelerator_name
        END AS accelerator_name,
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
-- the type to move away from, and NULL where there is no such type, workload or Region
own AS (
    SELECT
        w.workload,
        CASE WHEN a.region = 'any' THEN a.region ELSE (SELECT max(f.region) FROM offerings AS f JOIN asked AS b ON b.region = f.region) END AS region,
        (SELECT count(f.region) FROM offerings AS f JOIN asked AS b ON b.workload = f.workload) > 0 AS has_region_lists,
        m.instance_type,
        m.has_instance_store,
        m.local_storage,
        m.architecture,
        m.processor_manufacturer,
        m.vcpus,
        m.memory_gib,
        m.clock_ghz,
        m.accelerator_kind,
        m.accelerators,
        m.accelerator_name,
        m.accelerator_memory_gib
    FROM asked AS a
    LEFT JOIN machines AS m ON m.instance_type = a.instance_type
    LEFT JOIN workloads AS w ON w.workload = a.workload
),
-- the types of the Region: of its list for the workload; where no Region list speaks of the workload, of any list
there AS (
    SELECT DISTINCT f.instance_type
    FROM own AS o
    JOIN offerings AS f ON f.region = o.region AND (f.workload = o.workload OR NOT o.has_region_lists)
),
-- each amount as how many times the other's it is, as a number with a fraction, so that every database divides alike
ratios AS (
    SELECT
        m.instance_type,
        m.status,
        CASE WHEN o.accelerators = 0 THEN CAST(1 AS DOUBLE) ELSE CAST(m.accelerators AS DOUBLE) / o.accelerators END AS accelerators,
        CASE WHEN o.accelerators = 0 THEN CAST(1 AS DOUBLE) ELSE m.accelerator_memory_gib / o.accelerator_memory_gib END AS accelerator_memory,
        CAST(m.vcpus AS DOUBLE) / o.vcpus AS vcpus,
        m.memory_gib / o.memory_gib AS memory,
        m.clock_ghz / o.clock_ghz AS clock,
        CASE
            WHEN o.accelerators = 0 OR m.accelerator_name = o.accelerator_name THEN 0
            WHEN m.accelerator_name <> o.accelerator_name THEN 0.5
        END AS other_accelerator,
        CASE
            WHEN m.processor_manufacturer = o.processor_manufacturer THEN 0
            WHEN m.processor_manufacturer <> o.processor_manufacturer THEN 0.25
        END AS other_maker,
        CASE
            WHEN o.region = 'any' THEN NULL
            WHEN o.has_region_lists THEN 'yes'
            ELSE 'not known'
        END AS in_region
    FROM own AS o
    JOIN kms_verdicts AS v ON v.workload = o.workload AND v.outcome = 'encrypts'
    JOIN machines AS m
        ON m.instance_type = v.instance_type
        AND m.architecture = o.architecture
        AND m.accelerator_kind = o.accelerator_kind
    WHERE o.has_instance_store
        AND (o.region = 'any' OR m.instance_type IN (SELECT t.instance_type FROM there AS t))
),
-- the distance, to hundredths; NULL where any of it is not known
distances AS (
    SELECT
        r.instance_type,
        r.status,
        r.in_region,
        round(100 * (
            2 * CASE WHEN r.accelerators > 1 THEN r.accelerators - 1 ELSE 2 * (1 / r.accelerators - 1) END
            + 2 * CASE WHEN r.accelerator_memory > 1 THEN r.accelerator_memory - 1 ELSE 2 * (1 / r.accelerator_memory - 1) END
            + CASE WHEN r.vcpus > 1 THEN r.vcpus - 1 ELSE 2 * (1 / r.vcpus - 1) END
            + CASE WHEN r.memory > 1 THEN r.memory - 1 ELSE 2 * (1 / r.memory - 1) END
            + CASE WHEN r.clock > 1 THEN r.clock - 1 ELSE 2 * (1 / r.clock - 1) END
            + r.other_accelerator
            + r.other_maker
        )) / 100 AS distance
    FROM ratios AS r
    WHERE r.accelerators BETWEEN 0.5 AND 4
        AND r.accelerator_memory BETWEEN 0.5 AND 4
        AND r.vcpus BETWEEN 0.5 AND 4
        AND r.memory BETWEEN 0.5 AND 4
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
            WHEN o.architecture IS NULL OR o.processor_manufacturer IS NULL
                OR o.vcpus IS NULL OR o.memory_gib IS NULL OR o.clock_ghz IS NULL OR o.accelerator_kind IS NULL
                OR (o.accelerators > 0 AND (o.accelerator_name IS NULL OR o.accelerator_memory_gib IS NULL))
                THEN 'not all of its hardware is known, so nothing can be compared'
            ELSE 'none: no listed type of this kind and about this size keeps all storage under the key'
        END AS finding,
        NULL AS instance_type,
        NULL AS distance,
        NULL AS in_region
    FROM own AS o
    WHERE NOT EXISTS (SELECT 1 FROM distances AS d WHERE d.status = 'listed' AND d.distance IS NOT NULL)
    UNION ALL
    SELECT
        CASE d.status WHEN 'listed' THEN 2 ELSE 3 END,
        CASE d.status
            WHEN 'listed' THEN 'alternative'
            WHEN 'retired' THEN 'SageMaker lists it, EC2 no longer has it'
            ELSE 'the SageMaker API does not list it'
        END,
        d.instance_type,
        d.distance,
        d.in_region
    FROM distances AS d
    WHERE d.distance IS NOT NULL
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
