-- title: Since when has each workload offered this type?
-- description: One row per workload: the first day in the API and in the price list, the Regions now, and the outcome.
-- param type (text, default ml.g6.48xlarge): instance type
SELECT
    o.workload,
    min(o.api_since) AS api_since,
    min(o.priced_since) AS priced_since,
    -- no Region list speaks of some workloads; there the number of Regions is not known
    CASE
        WHEN coalesce(min(coalesce(w.price_component, p.price_component)), '') NOT IN (SELECT l.component FROM region_listings AS l) THEN NULL
        ELSE count(DISTINCT CASE WHEN o.priced_since IS NOT NULL THEN o.region END)
    END AS regions,
    min(v.outcome) AS outcome,
    min(v.outcome_since) AS outcome_since
FROM offerings AS o
JOIN kms_verdicts AS v ON v.instance_type = o.instance_type AND v.workload = o.workload
JOIN workloads AS w ON w.workload = o.workload
LEFT JOIN workloads AS p ON p.workload = w.runs_as
WHERE o.instance_type = lower(trim($type))
GROUP BY o.workload
ORDER BY coalesce(min(o.api_since), min(o.priced_since)), o.workload
