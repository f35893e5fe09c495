-- title: What changed between two days or data versions?
-- description: Every change after the first day, up to and including the second: types, listings, Regions, facts, rules and verdicts, each with the value before and after.
-- param from (date, default 2026-06-09): day or data version that you already have
-- param to (date, default 2026-06-10): last day
-- param kind (text, default all): kind of change, such as type_added, fact, rule, verdict or region; or all
SELECT
    c.version,
    c.kind,
    c.instance_type,
    c.workload,
    c.what,
    c.old_value,
    c.new_value,
    c.origin
FROM changes AS c
WHERE CAST(c.changed_on AS CHAR(10)) > $from
    AND CAST(c.changed_on AS CHAR(10)) <= $to
    AND lower(trim($kind)) IN ('all', c.kind)
ORDER BY c.version, c.kind, c.workload, c.instance_type, c.what
