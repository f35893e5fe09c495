-- What the Nitro page says, as statements about EC2 types: an entry of the page is a family or a single type.
-- in:  input_nitro_page (one row per change), input_hardware, type_names
-- out: nitro_rows (temp: one row per change, in the form of input_hardware)

CREATE TEMP TABLE nitro_rows AS
WITH spans AS (
    SELECT
        family AS entry,
        fact,
        value,
        origin,
        observed_on,
        lead(observed_on) OVER (PARTITION BY family, fact ORDER BY observed_on) AS next_on
    FROM input_nitro_page
),
days AS (
    SELECT entry, observed_on AS on_day, max(origin) AS origin FROM spans GROUP BY ALL
),
-- an entry from one change of it to the next; one that is not on the page says nothing
entries AS (
    SELECT
        d.entry,
        d.on_day,
        lead(d.on_day) OVER (PARTITION BY d.entry ORDER BY d.on_day) AS next_on,
        d.origin,
        p.value = 'true' AS is_there,
        v.value AS nitro_version
    FROM days AS d
    LEFT JOIN spans AS p
        ON p.entry = d.entry AND p.fact = 'is_present' AND p.observed_on <= d.on_day AND (p.next_on IS NULL OR d.on_day < p.next_on)
    LEFT JOIN spans AS v
        ON v.entry = d.entry AND v.fact = 'nitro_version' AND v.observed_on <= d.on_day AND (v.next_on IS NULL OR d.on_day < v.next_on)
),
known_types AS (
    SELECT ec2_name AS ec2_type, split_part(ec2_name, '.', 1) AS family FROM type_names
    UNION
    SELECT ec2_type, split_part(ec2_type, '.', 1) FROM input_hardware
),
moments AS (
    SELECT DISTINCT t.ec2_type, t.family, e.on_day, e.origin
    FROM known_types AS t
    JOIN entries AS e ON e.entry = t.ec2_type OR e.entry = t.family
),
-- the type's own entry wins over that of its family
stated AS (
    SELECT
        m.ec2_type,
        m.on_day,
        max(m.origin) AS origin,
        bool_or(o.is_there) OR bool_or(f.is_there) AS is_there,
        any_value(CASE WHEN o.is_there THEN o.nitro_version WHEN f.is_there THEN f.nitro_version END) AS nitro_version
    FROM moments AS m
    LEFT JOIN entries AS o
        ON o.entry = m.ec2_type AND o.on_day <= m.on_day AND (o.next_on IS NULL OR m.on_day < o.next_on)
    LEFT JOIN entries AS f
        ON f.entry = m.family AND f.on_day <= m.on_day AND (f.next_on IS NULL OR m.on_day < f.next_on)
    GROUP BY m.ec2_type, m.on_day
),
-- a bare metal size of a Nitro family has no hypervisor
bare_metal AS (
    SELECT DISTINCT ec2_type FROM input_hardware WHERE fact = 'is_bare_metal' AND value = 'true'
),
facts AS (
    SELECT ec2_type, 'nitro_version' AS fact, on_day, origin, nitro_version AS value
    FROM stated
    UNION ALL
    SELECT ec2_type, 'hypervisor', on_day, origin, CASE WHEN is_there THEN 'nitro' END
    FROM stated
    WHERE ec2_type NOT IN (SELECT ec2_type FROM bare_metal)
)
SELECT 'nitro_page' AS source, on_day AS observed_on, origin, ec2_type, fact, value
FROM facts
QUALIFY value IS DISTINCT FROM lag(value) OVER (PARTITION BY ec2_type, fact ORDER BY on_day);
