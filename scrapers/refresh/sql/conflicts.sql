-- Disagreements between sources that came or went, or that are about other values now.
-- in: conflicts, before.conflicts
WITH later AS (
    SELECT subject, fact, chosen_source, chosen_value, other_source, other_value, explanation FROM conflicts
),
earlier AS (
    SELECT subject, fact, chosen_source, chosen_value, other_source, other_value, explanation FROM before.conflicts
)
SELECT 'came' AS change, l.*
FROM later AS l
ANTI JOIN earlier USING (subject, fact, chosen_source, chosen_value, other_source, other_value)
UNION ALL
SELECT 'went' AS change, e.*
FROM earlier AS e
ANTI JOIN later USING (subject, fact, chosen_source, chosen_value, other_source, other_value)
ORDER BY subject, fact, other_source, change;
