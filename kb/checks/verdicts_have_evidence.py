"""Every verdict names its evidence, so that you can check it."""

from kb.checks.core import Check

CHECK = Check(
    name="verdicts_have_evidence",
    description="every verdict names the rule, the storage observation and the listing it rests on",
    scope=("kms_verdicts_history",),
    sql="""
SELECT instance_type || ' ' || workload || ' ' || valid_from AS subject,
    CASE
        WHEN reason IS NULL OR reason = '' OR contains(reason, '{') THEN 'reason is ' || coalesce(reason, 'missing')
        WHEN outcome NOT IN ('not_offered', 'unknown') AND (rule_id IS NULL OR release IS NULL OR rule_since IS NULL OR url IS NULL) THEN 'no rule behind ' || outcome
        WHEN outcome NOT IN ('not_offered', 'unknown', 'no_key_parameter') AND api_member IS NULL THEN 'no API member behind ' || outcome
        WHEN outcome IN ('encrypts', 'rejected', 'not_applied', 'ebs_only') AND (storage_basis IS NULL OR storage_origin IS NULL OR storage_observed_on IS NULL) THEN 'no storage observation behind ' || outcome
        WHEN outcome IN ('encrypts', 'rejected', 'not_applied', 'ebs_only') AND (offering_origin IS NULL OR offered_since IS NULL) THEN 'no listing behind ' || outcome
        WHEN basis = 'inferred' AND basis_note IS NULL THEN 'inferred without saying why'
        WHEN rule_since > valid_from THEN 'the rule is younger than the verdict'
        WHEN offered_since > valid_from THEN 'the listing is younger than the verdict'
    END AS detail
FROM kms_verdicts_history
WHERE detail IS NOT NULL
""",
)
