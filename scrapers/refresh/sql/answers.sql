-- Types that were known before and whose answer differs now, by workload.
-- in: kms_verdicts, before.kms_verdicts
SELECT b.workload, b.instance_type, b.outcome AS old_outcome, a.outcome AS new_outcome, a.reason, a.url
FROM before.kms_verdicts AS b
LEFT JOIN kms_verdicts AS a USING (instance_type, workload)
WHERE b.outcome IS DISTINCT FROM a.outcome
ORDER BY b.workload, b.outcome, a.outcome, b.instance_type;
