"""Every type has an answer for every date, even if that is: not offered."""

from kb.checks.core import Check

CHECK = Check(
    name="verdicts_complete",
    description="every type has one verdict per workload on every day since 2017-11-29",
    scope=("kms_verdicts", "kms_verdicts_history", "instance_types", "workloads", "kms_rules"),
    sql="""
SELECT t.instance_type || ' ' || w.workload AS subject, 'no current verdict' AS detail
FROM instance_types AS t
CROSS JOIN workloads AS w
WHERE NOT EXISTS (SELECT 1 FROM kms_verdicts AS v WHERE v.instance_type = t.instance_type AND v.workload = w.workload)
UNION ALL
SELECT t.instance_type || ' ' || w.workload, coalesce('history begins on ' || min(h.valid_from), 'no history')
FROM instance_types AS t
CROSS JOIN workloads AS w
LEFT JOIN kms_verdicts_history AS h ON h.instance_type = t.instance_type AND h.workload = w.workload
GROUP BY t.instance_type, w.workload
HAVING min(h.valid_from) IS DISTINCT FROM DATE '2017-11-29'
UNION ALL
SELECT workload, 'no rule on the day it was introduced, ' || introduced_on
FROM workloads AS w
WHERE NOT EXISTS (SELECT 1 FROM kms_rules AS r WHERE r.workload = w.workload AND r.valid_from <= w.introduced_on)
""",
)
