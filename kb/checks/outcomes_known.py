"""Only known outcomes, and never all storage under the key on a type with local storage."""

from kb.checks.core import Check

CHECK = Check(
    name="outcomes_known",
    description="every outcome, basis and documentation word is one that the schema names",
    scope=("kms_verdicts_history", "kms_rules", "instance_types_history"),
    sql="""
SELECT instance_type || ' ' || workload || ' ' || valid_from AS subject, 'outcome ' || outcome AS detail
FROM kms_verdicts_history
WHERE outcome NOT IN ('encrypts', 'rejected', 'not_applied', 'ebs_only', 'no_key_parameter', 'not_offered', 'unknown')
UNION ALL
SELECT instance_type || ' ' || workload || ' ' || valid_from, 'basis ' || coalesce(basis, 'missing')
FROM kms_verdicts_history
WHERE (outcome = 'unknown') <> (basis IS NULL) OR basis NOT IN ('documented', 'observed', 'inferred')
UNION ALL
SELECT instance_type || ' ' || workload || ' ' || valid_from, 'flags do not follow from outcome ' || outcome
FROM kms_verdicts_history
WHERE all_storage_under_key <> (outcome = 'encrypts')
    OR supports_volume_kms IS DISTINCT FROM CASE WHEN outcome = 'unknown' THEN NULL ELSE outcome IN ('encrypts', 'ebs_only') END
UNION ALL
SELECT instance_type || ' ' || workload || ' ' || valid_from, 'local storage, but everything under the key'
FROM kms_verdicts_history AS v
WHERE outcome = 'encrypts' AND EXISTS (
    SELECT 1 FROM instance_types_history AS h
    WHERE h.instance_type = v.instance_type AND h.has_instance_store
        AND h.valid_from <= v.valid_from AND (h.valid_to IS NULL OR v.valid_from < h.valid_to)
)
UNION ALL
SELECT workload || ' ' || valid_from, 'rule outcomes ' || outcome_without_local_storage || ' and ' || outcome_with_local_storage
FROM kms_rules
WHERE outcome_with_local_storage NOT IN ('rejected', 'not_applied', 'ebs_only', 'no_key_parameter', 'unknown')
    OR outcome_without_local_storage NOT IN ('encrypts', 'rejected', 'no_key_parameter', 'unknown')
    OR outcome_without_local_storage_nitro NOT IN ('encrypts', 'rejected', 'unknown')
""",
)
