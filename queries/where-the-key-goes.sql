-- title: Where does each request take the volume key?
-- description: One row per workload: the members for instance types, volume key and volume size (after the name of an operation if only that one has them), and what encrypts the output in S3, which takes a different key.
SELECT
    w.workload,
    w.operations,
    w.instance_type_paths,
    w.volume_kms_key_paths,
    w.volume_size_paths,
    w.output_encryption,
    w.url
FROM workloads AS w
ORDER BY w.workload
