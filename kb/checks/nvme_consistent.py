"""The facts about local storage of one type agree; a source that contradicts itself cannot be trusted."""

from kb.checks.core import Check

CHECK = Check(
    name="nvme_consistent",
    description="local storage, NVMe, encryption, sizes and disks of a type fit together",
    scope=("instance_types_history", "instance_store_disks", "instance_types"),
    sql="""
SELECT instance_type || ' ' || valid_from AS subject,
    CASE
        WHEN has_instance_store AND nvme_support IS NULL AND has_nvme_instance_store IS NULL THEN 'local storage, but nothing about NVMe'
        WHEN nvme_support NOT IN ('unsupported', 'supported', 'required') THEN 'nvme_support is ' || nvme_support
        WHEN instance_store_encryption NOT IN ('unsupported', 'required') THEN 'instance_store_encryption is ' || instance_store_encryption
        WHEN has_instance_store AND is_nitro AND instance_store_encryption = 'unsupported' THEN 'local storage of a Nitro type without encryption'
        WHEN has_instance_store AND instance_store_gb = 0 THEN 'local storage of 0 GB'
        WHEN NOT has_instance_store AND instance_store_gb > 0 THEN 'no local storage, but ' || instance_store_gb || ' GB'
        WHEN NOT has_instance_store AND instance_store_disks IS NOT NULL THEN 'no local storage, but disks ' || instance_store_disks
        WHEN NOT has_instance_store AND nvme_support IN ('supported', 'required') THEN 'no local storage, but NVMe ' || nvme_support
        WHEN NOT has_instance_store AND has_nvme_instance_store THEN 'no local storage, but NVMe'
        WHEN has_nvme_instance_store <> (nvme_support <> 'unsupported') THEN 'NVMe ' || nvme_support || ', but has_nvme_instance_store is ' || has_nvme_instance_store
        WHEN has_instance_store IS NULL AND instance_store_gb IS NOT NULL AND storage_basis IS DISTINCT FROM 'contested' THEN 'a size without knowing of local storage'
        WHEN hypervisor NOT IN ('nitro', 'xen') THEN 'hypervisor is ' || hypervisor
        WHEN is_kms_eligible IS DISTINCT FROM (NOT has_instance_store) THEN 'is_kms_eligible does not follow from has_instance_store'
    END AS detail
FROM instance_types_history
WHERE detail IS NOT NULL
UNION ALL
SELECT t.instance_type, 'disks add up to ' || sum(d.disk_count * d.disk_size_gb) || ' GB, not to ' || any_value(t.instance_store_gb)
FROM instance_types AS t
JOIN instance_store_disks AS d USING (instance_type)
GROUP BY t.instance_type
HAVING sum(d.disk_count * d.disk_size_gb) <> any_value(t.instance_store_gb)
""",
)
