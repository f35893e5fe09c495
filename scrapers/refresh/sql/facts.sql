-- Hardware facts that a source states otherwise than before, about types that it described before.
-- in: said_otherwise
SELECT subject AS ec2_type, fact, scope, source, old_value, new_value, origin, observed_on
FROM said_otherwise
WHERE is_hardware AND was_described
ORDER BY ec2_type, fact, scope, source;
