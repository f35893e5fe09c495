"""Statements about where a workload stores data need a source, like those about keys."""

from kb.checks.core import Check

CHECK = Check(
    name="workloads_have_sources",
    description="every storage fact of a workload has a source, and inherited rules say why",
    scope=("workloads", "workload_facts"),
    sql="""
SELECT workload || ' ' || fact AS subject, 'no source' AS detail
FROM workload_facts
WHERE NOT starts_with(source_url, 'https://')
UNION ALL
SELECT workload, 'runs as ' || runs_as || ', without a reason'
FROM workloads
WHERE runs_as IS NOT NULL AND runs_as_reason IS NULL
UNION ALL
SELECT workload, 'no statement on what encrypts its storage'
FROM workloads
WHERE enum_shape IS NOT NULL AND runs_as IS NULL AND volume_kms_key_paths IS NOT NULL AND local_storage_encryption IS NULL
""",
)
