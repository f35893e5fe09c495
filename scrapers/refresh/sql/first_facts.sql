-- How many hardware facts a source states about types that it did not describe before.
-- in: before.observations, after.observations, hardware_facts (names of the facts)
SELECT l.source, l.origin, count(*) AS facts, count(DISTINCT l.subject) AS types
FROM after.observations AS l
WHERE l.valid_to IS NULL AND l.value IS NOT NULL AND l.fact IN (SELECT fact FROM hardware_facts)
    AND (l.subject, l.source) NOT IN (
        SELECT (subject, source) FROM before.observations
        WHERE valid_to IS NULL AND fact IN (SELECT fact FROM hardware_facts)
    )
GROUP BY l.source, l.origin
ORDER BY l.source, l.origin;
