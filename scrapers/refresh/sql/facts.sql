-- Hardware facts that a source states otherwise than before, about types that it described before.
-- in: before.observations, after.observations, hardware_facts (names of the facts)
WITH earlier AS (
    SELECT subject, fact, scope, source, value
    FROM before.observations
    WHERE valid_to IS NULL AND fact IN (SELECT fact FROM hardware_facts)
),
later AS (
    SELECT subject, fact, scope, source, value, origin, valid_from
    FROM after.observations
    WHERE valid_to IS NULL AND fact IN (SELECT fact FROM hardware_facts)
),
described AS (
    SELECT DISTINCT subject, source FROM earlier
)
SELECT
    coalesce(l.subject, e.subject) AS ec2_type,
    coalesce(l.fact, e.fact) AS fact,
    coalesce(l.scope, e.scope) AS scope,
    coalesce(l.source, e.source) AS source,
    e.value AS old_value,
    l.value AS new_value,
    l.origin,
    l.valid_from AS observed_on
FROM later AS l
FULL JOIN earlier AS e USING (subject, fact, scope, source)
WHERE e.value IS DISTINCT FROM l.value
    AND (coalesce(l.subject, e.subject), coalesce(l.source, e.source)) IN (SELECT (subject, source) FROM described)
ORDER BY ec2_type, fact, scope, source;
