"""A type that disappears was retired or its source is broken; which one needs a manual review."""

from kb.checks.core import Check

CHECK = Check(
    name="no_type_lost",
    description="no type leaves the SageMaker API, the price list or EC2 without a reason",
    scope=("instance_types", "enum_members"),
    sql="""
SELECT instance_type AS subject, 'no API enum and no price list has it any more' AS detail
FROM instance_types
WHERE status = 'delisted'
UNION ALL
SELECT instance_type, 'EC2 has not listed it since ' || retired_on
FROM instance_types
WHERE retired_on IS NOT NULL
UNION ALL
SELECT enum_shape || ' ' || enum_value, 'left the enum on ' || max(valid_to)
FROM enum_members
GROUP BY enum_shape, enum_value
HAVING bool_and(valid_to IS NOT NULL)
""",
)
