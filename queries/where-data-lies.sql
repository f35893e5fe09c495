-- title: Where does each workload store data, and what encrypts it there?
-- description: One row per workload and place: where it is mounted, what encrypts it without a key, whether an ML storage volume is deleted with the instance, and what to do about local storage. Empty if no source says.
WITH places AS (
    SELECT
        w.workload,
        1 AS place_order,
        'ML storage volume' AS place,
        w.ml_volume_mount AS location,
        w.ml_volume_encryption_without_key AS encryption_without_key,
        CASE WHEN w.is_storage_ephemeral THEN 'yes' WHEN NOT w.is_storage_ephemeral THEN 'no' END AS is_ephemeral,
        NULL AS advice
    FROM workloads AS w
    UNION ALL
    SELECT w.workload, 2, 'local NVMe storage', w.local_storage_mount, w.local_storage_encryption, NULL, w.recommendation
    FROM workloads AS w
    UNION ALL
    SELECT w.workload, 3, 'operating system volume', NULL, w.os_volume_encryption, NULL, NULL
    FROM workloads AS w
    UNION ALL
    SELECT w.workload, 4, 'output', w.output_location, w.output_encryption, NULL, NULL
    FROM workloads AS w
)
SELECT p.workload, p.place, p.location, p.encryption_without_key, p.is_ephemeral, p.advice
FROM places AS p
ORDER BY p.workload, p.place_order
