"""A type without hardware facts gets no verdict; every such type must be listed in special_types.csv."""

from kb.checks.core import Check

CHECK = Check(
    name="types_have_hardware",
    description="every ml.* type has hardware facts, unless special_types.csv lists it",
    scope=("instance_types",),
    sql="""
SELECT instance_type AS subject, 'no source says whether it has local storage, and special_types.csv does not list it' AS detail
FROM instance_types
WHERE kind = 'instance' AND has_instance_store IS NULL
    -- where the Regions disagree, the check conflicts_listed asks for a review
    AND storage_basis IS DISTINCT FROM 'contested'
UNION ALL
SELECT instance_type, 'no source names its hypervisor, and it is not bare metal'
FROM instance_types
WHERE kind = 'instance' AND hypervisor IS NULL AND NOT coalesce(is_bare_metal, false)
UNION ALL
SELECT instance_type, 'is in special_types.csv, but EC2 has a type of this name'
FROM instance_types
WHERE kind <> 'instance' AND ec2_type IS NOT NULL
""",
)
