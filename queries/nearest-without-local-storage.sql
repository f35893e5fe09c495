-- title: Which types without local storage come nearest to this one?
-- description: Types of the same architecture and kind of accelerator, with at least as many accelerators, on which the key encrypts all ML storage: the nearest first, with what each has more or less (the data have no prices). Where there is none that EC2 still has, the first row says so.
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
        coalesce(t.gpu_name, t.accelerator_name) AS accelerator_name,
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
-- the type to move away from, and NULL where there is no such type or workload
own AS (
    SELECT
        w.workload,
        a.region,
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
        m.accelerator_memory_gib
    FROM asked AS a
    LEFT JOIN machines AS m ON m.instance_type = a.instance_type
    LEFT JOIN workloads AS w ON w.workload = a.workload
),
listed AS (
    SELECT f.instance_type
    FROM asked AS a
    JOIN offerings AS f ON f.workload = a.workload AND f.region = a.region
),
-- each measure as how many times the other's it is, as a number with a fraction, so that every database divides alike
ratios AS (
    SELECT
        m.instance_type,
        m.status,
        CAST(m.vcpus AS DOUBLE) / o.vcpus AS vcpus,
        m.memory_gib / o.memory_gib AS memory,
        m.clock_ghz / o.clock_ghz AS clock,
        CASE WHEN o.accelerators = 0 THEN CAST(1 AS DOUBLE) ELSE CAST(m.accelerators AS DOUBLE) / o.accelerators END AS accelerators,
        CASE WHEN o.accelerators = 0 THEN CAST(1 AS DOUBLE) ELSE m.accelerator_memory_gib / o.accelerator_memory_gib END AS accelerator_memory,
        CASE
            WHEN o.region = 'any' THEN NULL
            WHEN l.instance_type IS NOT NULL THEN 'yes'
            -- a Region of which no list was read for this workload says nothing about any type
            WHEN (SELECT count(*) FROM listed AS x) = 0 THEN 'not known'
            ELSE 'no'
        END AS in_region
    FROM own AS o
    JOIN kms_verdicts AS v ON v.workload = o.workload AND v.outcome = 'encrypts'
    JOIN machines AS m
        ON m.instance_type = v.instance_type
        AND m.architecture = o.architecture
        AND m.accelerator_kind = o.accelerator_kind
        AND m.accelerators >= o.accelerators
    LEFT JOIN listed AS l ON l.instance_type = m.instance_type
    WHERE o.has_instance_store
),
-- the distance: x + 1/x - 2 of each ratio, added up, times 100; 0 is alike in all, 50 is one measure twice or half as large
suited AS (
    SELECT
        r.instance_type,
        r.status,
        r.in_region,
        CAST(round(100 * (
            r.vcpus + 1 / r.vcpus
            + r.memory + 1 / r.memory
            + r.clock + 1 / r.clock
            + r.accelerators + 1 / r.accelerators
            + r.accelerator_memory + 1 / r.accelerator_memory
            - 10
        )) AS INTEGER) AS distance
    FROM ratios AS r
    WHERE coalesce(r.in_region, 'any') <> 'no'
),
findings AS (
    SELECT
        1 AS place,
        CASE
            WHEN o.instance_type IS NULL THEN 'no such instance type'
            WHEN o.workload IS NULL THEN 'no such workload'
            WHEN o.has_instance_store IS NULL THEN 'not known whether it has local storage'
            WHEN NOT o.has_instance_store THEN 'it has no local storage itself'
            WHEN o.architecture IS NULL OR o.vcpus IS NULL OR o.memory_gib IS NULL OR o.clock_ghz IS NULL
                OR o.accelerator_kind IS NULL OR (o.accelerators > 0 AND o.accelerator_memory_gib IS NULL)
                THEN 'its hardware is not known, so nothing can be compared'
            ELSE 'none: no type that EC2 still has is of this kind and keeps all storage under the key'
        END AS finding,
        NULL AS instance_type,
        NULL AS distance,
        NULL AS in_region
    FROM own AS o
    WHERE NOT EXISTS (SELECT 1 FROM suited AS s WHERE s.status <> 'retired' AND s.distance IS NOT NULL)
    UNION ALL
    SELECT
        CASE s.status WHEN 'retired' THEN 3 ELSE 2 END,
        CASE s.status WHEN 'retired' THEN 'SageMaker lists it, EC2 no longer has it' ELSE 'alternative' END,
        s.instance_type,
        s.distance,
        s.in_region
    FROM suited AS s
    WHERE s.distance IS NOT NULL
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
ORDER BY
    f.place,
    f.distance NULLS FIRST,
    -- among equals the same maker of processors first
    CASE WHEN m.processor_manufacturer = o.processor_manufacturer THEN 0 ELSE 1 END,
    f.instance_type NULLS FIRST
LIMIT 10
