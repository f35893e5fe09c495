-- How many hardware facts a source states about types that it did not describe before.
-- in: said_otherwise
SELECT source, origin, count(*) AS facts, count(DISTINCT subject) AS types
FROM said_otherwise
WHERE is_hardware AND NOT was_described
GROUP BY source, origin
ORDER BY source, origin;
