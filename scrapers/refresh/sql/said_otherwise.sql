-- What each source says otherwise than before, comes to say, or does not say any more; the parts of the report pick from it.
-- in: observations, sources; before.observations
WITH later AS (
    SELECT * FROM observations WHERE valid_to IS NULL
),
earlier AS (
    SELECT * FROM before.observations WHERE valid_to IS NULL
)
SELECT
    subject,
    fact,
    scope,
    source,
    e.value AS old_value,
    l.value AS new_value,
    l.origin,
    l.valid_from AS observed_on,
    s.precedence IS NOT NULL AND fact <> 'is_present' AS is_hardware,
    (subject, source) IN (SELECT (subject, source) FROM earlier WHERE fact <> 'is_present') AS was_described
FROM later AS l
FULL JOIN earlier AS e USING (subject, fact, scope, source)
JOIN sources AS s USING (source)
WHERE e.value IS DISTINCT FROM l.value;
