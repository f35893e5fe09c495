-- One row per type and interval in which nothing changed; then the current rows with everything about the type.
-- in:  type_names, type_facts, enum_members, region_listings, input_special_types, readings, said, statements
-- out: instance_types_history, instance_types, instance_store_disks

CREATE TEMP TABLE type_rows AS
WITH days AS (
    SELECT instance_type, first_seen AS on_day FROM type_names
    UNION
    SELECT instance_type, valid_from FROM type_facts
    UNION
    SELECT enum_value, valid_from FROM enum_members
    UNION
    SELECT enum_value, valid_to FROM enum_members WHERE valid_to IS NOT NULL
    UNION
    SELECT instance_type, valid_from FROM region_listings
    UNION
    SELECT instance_type, valid_to FROM region_listings WHERE valid_to IS NOT NULL
),
moments AS (
    SELECT d.instance_type, d.on_day
    FROM days AS d
    JOIN type_names AS n USING (instance_type)
    WHERE d.on_day >= n.first_seen
),
facts_then AS (
    SELECT m.on_day, f.*, f.fact = 'has_instance_store' AND (f.value IS NOT NULL OR f.is_contested) AS says_storage
    FROM moments AS m
    JOIN type_facts AS f
        ON f.instance_type = m.instance_type
        AND f.valid_from <= m.on_day AND (f.valid_to IS NULL OR m.on_day < f.valid_to)
),
fact_columns AS (
    SELECT
        instance_type,
        on_day,
        max(value) FILTER (WHERE fact = 'is_present') AS is_present,
        max(value) FILTER (WHERE fact = 'hypervisor') AS hypervisor,
        CAST(max(value) FILTER (WHERE fact = 'is_bare_metal') AS BOOLEAN) AS is_bare_metal,
        CAST(max(value) FILTER (WHERE fact = 'has_instance_store') AS BOOLEAN) AS has_instance_store,
        max(value) FILTER (WHERE fact = 'nvme_support') AS nvme_support,
        max(value) FILTER (WHERE fact = 'instance_store_encryption') AS instance_store_encryption,
        CAST(max(value) FILTER (WHERE fact = 'instance_store_gb') AS BIGINT) AS instance_store_gb,
        max(value) FILTER (WHERE fact = 'instance_store_disks') AS instance_store_disks,
        CAST(max(value) FILTER (WHERE fact = 'nitro_version') AS INTEGER) AS nitro_version,
        CAST(max(value) FILTER (WHERE fact = 'has_nvme_instance_store') AS BOOLEAN) AS has_nvme_instance_store,
        CAST(max(value) FILTER (WHERE fact = 'vcpus') AS INTEGER) AS vcpus,
        CAST(max(value) FILTER (WHERE fact = 'cores') AS INTEGER) AS cores,
        CAST(max(value) FILTER (WHERE fact = 'threads_per_core') AS INTEGER) AS threads_per_core,
        max(value) FILTER (WHERE fact = 'architectures') AS architectures,
        max(value) FILTER (WHERE fact = 'processor_manufacturer') AS processor_manufacturer,
        CAST(max(value) FILTER (WHERE fact = 'clock_ghz') AS DOUBLE) AS clock_ghz,
        CAST(max(value) FILTER (WHERE fact = 'memory_gib') AS DOUBLE) AS memory_gib,
        CAST(max(value) FILTER (WHERE fact = 'gpu_count') AS INTEGER) AS gpu_count,
        max(value) FILTER (WHERE fact = 'gpu_name') AS gpu_name,
        max(value) FILTER (WHERE fact = 'gpu_manufacturer') AS gpu_manufacturer,
        CAST(max(value) FILTER (WHERE fact = 'gpu_partition_size') AS DOUBLE) AS gpu_partition_size,
        CAST(max(value) FILTER (WHERE fact = 'gpu_memory_gib') AS DOUBLE) AS gpu_memory_gib,
        CAST(max(value) FILTER (WHERE fact = 'accelerator_count') AS INTEGER) AS accelerator_count,
        max(value) FILTER (WHERE fact = 'accelerator_name') AS accelerator_name,
        CAST(max(value) FILTER (WHERE fact = 'accelerator_memory_gib') AS DOUBLE) AS accelerator_memory_gib,
        max(value) FILTER (WHERE fact = 'network_performance') AS network_performance,
        CAST(max(value) FILTER (WHERE fact = 'network_cards') AS INTEGER) AS network_cards,
        CAST(max(value) FILTER (WHERE fact = 'has_efa') AS BOOLEAN) AS has_efa,
        max(value) FILTER (WHERE fact = 'ebs_optimized_support') AS ebs_optimized_support,
        CAST(max(value) FILTER (WHERE fact = 'ebs_baseline_mbps') AS INTEGER) AS ebs_baseline_mbps,
        CAST(max(value) FILTER (WHERE fact = 'ebs_maximum_mbps') AS INTEGER) AS ebs_maximum_mbps,
        CAST(max(value) FILTER (WHERE fact = 'ebs_baseline_iops') AS INTEGER) AS ebs_baseline_iops,
        CAST(max(value) FILTER (WHERE fact = 'ebs_maximum_iops') AS INTEGER) AS ebs_maximum_iops,
        max(value) FILTER (WHERE fact = 'ebs_encryption_support') AS ebs_encryption_support,
        max(value) FILTER (WHERE fact = 'ebs_nvme_support') AS ebs_nvme_support,
        CAST(max(value) FILTER (WHERE fact = 'ebs_maximum_attachments') AS INTEGER) AS ebs_maximum_attachments,
        max(value) FILTER (WHERE fact = 'nitro_enclaves_support') AS nitro_enclaves_support,
        max(value) FILTER (WHERE fact = 'nitro_tpm_support') AS nitro_tpm_support,
        CAST(max(value) FILTER (WHERE fact = 'is_current_generation') AS BOOLEAN) AS is_current_generation,
        max(CASE WHEN is_contested THEN 'contested' ELSE basis END) FILTER (WHERE says_storage) AS storage_basis,
        max(source) FILTER (WHERE says_storage) AS storage_source,
        max(origin) FILTER (WHERE says_storage) AS storage_origin,
        max(observed_on) FILTER (WHERE says_storage) AS storage_observed_on,
        max(url) FILTER (WHERE says_storage) AS storage_url
    FROM facts_then
    GROUP BY instance_type, on_day
),
listed AS (
    SELECT
        m.instance_type,
        m.on_day,
        EXISTS (
            SELECT 1 FROM enum_members AS e
            WHERE e.enum_value = m.instance_type AND e.valid_from <= m.on_day AND (e.valid_to IS NULL OR m.on_day < e.valid_to)
        ) AS in_api,
        EXISTS (
            SELECT 1 FROM region_listings AS r
            WHERE r.instance_type = m.instance_type AND r.valid_from <= m.on_day AND (r.valid_to IS NULL OR m.on_day < r.valid_to)
        ) AS in_price_list
    FROM moments AS m
),
-- '1x250 ssd + 2x900 ssd' becomes '1 x 250 GB NVMe SSD + 2 x 900 GB NVMe SSD'
in_words AS (
    SELECT
        instance_type,
        on_day,
        CASE
            WHEN NOT has_instance_store THEN 'none'
            WHEN has_instance_store AND instance_store_disks IS NULL AND instance_store_gb IS NULL
                THEN CASE WHEN is_nvme THEN 'NVMe storage of unknown size' ELSE 'local storage of unknown size' END
            WHEN has_instance_store AND instance_store_disks IS NULL THEN instance_store_gb || ' GB'
            WHEN has_instance_store THEN replace(replace(
                regexp_replace(instance_store_disks, '(\d+)x(\d+) ', '\1 x \2 GB ' ||
                    CASE WHEN is_nvme THEN 'NVMe ' ELSE '' END, 'g'),
                'ssd', 'SSD'), 'hdd', 'HDD')
        END AS local_storage
    FROM (SELECT *, coalesce(nvme_support IN ('supported', 'required'), has_nvme_instance_store) AS is_nvme FROM fact_columns)
)
SELECT
    l.instance_type,
    l.on_day,
    CASE
        WHEN f.is_present = 'false' THEN 'retired'
        WHEN l.in_api THEN 'listed'
        WHEN l.in_price_list THEN 'price_list_only'
        ELSE 'delisted'
    END AS status,
    CASE f.hypervisor WHEN 'nitro' THEN true WHEN 'xen' THEN false END AS is_nitro,
    NOT f.has_instance_store AS is_kms_eligible,
    w.local_storage,
    f.* EXCLUDE (instance_type, on_day, is_present)
FROM listed AS l
LEFT JOIN fact_columns AS f USING (instance_type, on_day)
LEFT JOIN in_words AS w USING (instance_type, on_day);

INSERT INTO instance_types_history BY NAME
WITH packed AS (
    SELECT *, row(*COLUMNS(* EXCLUDE (instance_type, on_day))) AS everything
    FROM type_rows
),
compared AS (
    SELECT *, row_number() OVER in_time AS position, lag(everything) OVER in_time AS before
    FROM packed
    WINDOW in_time AS (PARTITION BY instance_type ORDER BY on_day)
)
SELECT
    * EXCLUDE (on_day, everything, position, before),
    on_day AS valid_from,
    lead(on_day) OVER (PARTITION BY instance_type ORDER BY on_day) AS valid_to
FROM compared
WHERE position = 1 OR everything IS DISTINCT FROM before
ORDER BY instance_type, valid_from;

INSERT INTO instance_types BY NAME
WITH present AS (
    SELECT
        * REPLACE (CASE WHEN source IN (SELECT source FROM readings WHERE region IS NOT NULL) THEN region END AS region)
    FROM said
    WHERE fact = 'is_present' AND value = 'true'
),
-- the last reading of a hardware source in which the type was there, in a Region that was read
verified AS (
    SELECT s.ec2_type, max(r.observed_on) AS last_verified
    FROM present AS s
    JOIN readings AS r
        ON r.source = s.source AND r.region IS NOT DISTINCT FROM s.region
        AND r.observed_on >= s.valid_from AND (s.valid_to IS NULL OR r.observed_on < s.valid_to)
    GROUP BY s.ec2_type
),
-- curated facts are not read again; they count as of the day on which they were written down
written_down AS (
    SELECT ec2_type, max(valid_from) AS last_verified
    FROM statements
    WHERE value IS NOT NULL AND source <> 'nitro_page'
    GROUP BY ec2_type
),
retired AS (
    SELECT instance_type, min(valid_from) AS retired_on
    FROM type_facts
    WHERE fact = 'is_present' AND value = 'false' AND valid_to IS NULL
    GROUP BY instance_type
)
SELECT
    h.* EXCLUDE (valid_from, valid_to),
    n.family,
    n.size,
    e.ec2_type,
    coalesce(k.kind, 'instance') AS kind,
    k.explanation,
    n.first_seen,
    n.last_seen,
    r.retired_on,
    coalesce(v.last_verified, w.last_verified) AS last_verified
FROM instance_types_history AS h
JOIN type_names AS n USING (instance_type)
LEFT JOIN described_types AS e ON e.ec2_type = n.ec2_name
LEFT JOIN input_special_types AS k USING (instance_type)
LEFT JOIN verified AS v ON v.ec2_type = n.ec2_name
LEFT JOIN written_down AS w ON w.ec2_type = n.ec2_name
LEFT JOIN retired AS r USING (instance_type)
WHERE h.valid_to IS NULL
ORDER BY instance_type;

INSERT INTO instance_store_disks BY NAME
WITH disk_groups AS (
    SELECT
        instance_type,
        unnest(string_split(instance_store_disks, ' + ')) AS disks,
        generate_subscripts(string_split(instance_store_disks, ' + '), 1) AS disk_group
    FROM instance_types
    WHERE instance_store_disks IS NOT NULL
)
SELECT
    instance_type,
    disk_group,
    CAST(regexp_extract(disks, '^(\d+)x(\d+) (ssd|hdd)$', 1) AS INTEGER) AS disk_count,
    CAST(regexp_extract(disks, '^(\d+)x(\d+) (ssd|hdd)$', 2) AS BIGINT) AS disk_size_gb,
    regexp_extract(disks, '^(\d+)x(\d+) (ssd|hdd)$', 3) AS disk_type
FROM disk_groups
ORDER BY instance_type, disk_group;
