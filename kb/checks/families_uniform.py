"""All sizes of a family agree; folded policies and inferred facts of new sizes rely on it."""

from kb.checks.core import Check

CHECK = Check(
    name="families_uniform",
    description="all sizes of a family agree in having local storage and in their hypervisor",
    scope=("instance_types",),
    sql="""
SELECT family AS subject, 'has_instance_store is ' || string_agg(DISTINCT has_instance_store, ' and ' ORDER BY has_instance_store) AS detail
FROM instance_types
WHERE NOT coalesce(is_bare_metal, false) AND has_instance_store IS NOT NULL
GROUP BY family
HAVING count(DISTINCT has_instance_store) > 1
UNION ALL
SELECT family, 'hypervisor is ' || string_agg(DISTINCT hypervisor, ' and ' ORDER BY hypervisor)
FROM instance_types
WHERE NOT coalesce(is_bare_metal, false) AND hypervisor IS NOT NULL
GROUP BY family
HAVING count(DISTINCT hypervisor) > 1
""",
)
