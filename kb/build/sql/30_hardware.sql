-- What is known about each type's hardware, from when to when, and who says so.
-- in:  input_hardware (all hardware sources, one row per change), sources, scrapes, type_names, fact_names (temp, from kb.schema)
-- out: statements (temp: per source), type_facts (temp: resolved, one row per type, fact and interval)

CREATE TEMP TABLE statements AS
WITH addresses AS (
    SELECT source, origin, any_value(url ORDER BY document) AS url FROM scrapes WHERE url IS NOT NULL GROUP BY source, origin
)
SELECT
    h.source,
    s.precedence,
    h.ec2_type,
    h.fact,
    h.value,
    h.observed_on AS valid_from,
    lead(h.observed_on) OVER (PARTITION BY h.source, h.ec2_type, h.fact ORDER BY h.observed_on) AS valid_to,
    h.origin,
    coalesce(h.url, a.url, s.url) AS url
FROM input_hardware AS h
JOIN sources AS s USING (source)
LEFT JOIN addresses AS a USING (source, origin);

-- At every moment at which any source changes its mind, the best source that says something wins.
CREATE TEMP TABLE resolved AS
WITH moments AS (
    SELECT DISTINCT ec2_type, fact, valid_from AS on_day FROM statements
),
standing AS (
    SELECT
        m.on_day,
        s.*,
        row_number() OVER (
            PARTITION BY m.ec2_type, m.fact, m.on_day ORDER BY s.value IS NULL, s.precedence
        ) AS preference
    FROM moments AS m
    JOIN statements AS s
        ON s.ec2_type = m.ec2_type AND s.fact = m.fact
        AND s.valid_from <= m.on_day AND (s.valid_to IS NULL OR m.on_day < s.valid_to)
),
chosen AS (
    SELECT
        *,
        row_number() OVER same_fact AS position,
        lag((value, source)) OVER same_fact AS before
    FROM standing
    WHERE preference = 1
    WINDOW same_fact AS (PARTITION BY ec2_type, fact ORDER BY on_day)
)
SELECT
    ec2_type,
    fact,
    value,
    on_day AS valid_from,
    lead(on_day) OVER (PARTITION BY ec2_type, fact ORDER BY on_day) AS valid_to,
    source,
    origin,
    valid_from AS observed_on,
    url
FROM chosen
WHERE position = 1 OR (value, source) IS DISTINCT FROM before;

-- A type that no source describes takes what every described size of its family, bare metal aside, agrees on today.
CREATE TEMP TABLE family_facts AS
WITH described AS (
    SELECT n.family, n.instance_type, r.fact, r.value
    FROM type_names AS n
    JOIN resolved AS r ON r.ec2_type = n.ec2_name AND r.valid_to IS NULL
    WHERE r.fact IN ('hypervisor', 'is_bare_metal', 'has_instance_store', 'nvme_support', 'instance_store_encryption')
        AND NOT EXISTS (
            SELECT 1 FROM resolved AS m
            WHERE m.ec2_type = n.ec2_name AND m.valid_to IS NULL AND m.fact = 'is_bare_metal' AND m.value = 'true'
        )
),
sizes AS (
    SELECT family, count(DISTINCT instance_type) AS sizes FROM described GROUP BY family
)
SELECT d.family, d.fact, any_value(d.value) AS value, any_value(s.sizes) AS sizes
FROM described AS d
JOIN sizes AS s USING (family)
GROUP BY d.family, d.fact
HAVING count(DISTINCT d.value) = 1 AND count(d.value) = any_value(s.sizes);

CREATE TEMP TABLE type_facts AS
WITH first_storage AS (
    SELECT ec2_type, min(valid_from) AS observed_on FROM resolved WHERE fact = 'has_instance_store' GROUP BY ec2_type
),
known AS (
    SELECT
        n.instance_type,
        n.first_seen,
        r.*,
        r.valid_from = min(r.valid_from) OVER (PARTITION BY n.instance_type, r.fact) AS is_first,
        f.is_storage_fact,
        s.observed_on AS first_storage_on
    FROM type_names AS n
    JOIN resolved AS r ON r.ec2_type = n.ec2_name
    JOIN fact_names AS f USING (fact)
    LEFT JOIN first_storage AS s ON s.ec2_type = n.ec2_name
),
-- before the first observation its value is carried back and marked so; a storage fact that sources began to
-- report only after the type's first storage observation stays unknown until then
carried_back AS (
    SELECT instance_type, fact, value, first_seen AS valid_from, valid_from AS valid_to, 'carried_back' AS basis,
        source, origin, observed_on, url
    FROM known
    WHERE is_first AND valid_from > first_seen AND (NOT is_storage_fact OR valid_from <= first_storage_on)
),
observed AS (
    SELECT instance_type, fact, value, greatest(valid_from, first_seen) AS valid_from, valid_to, 'observed' AS basis,
        source, origin, observed_on, url
    FROM known
    WHERE valid_to IS NULL OR valid_to > first_seen
),
inferred AS (
    SELECT n.instance_type, f.fact, f.value, n.first_seen AS valid_from, CAST(NULL AS DATE) AS valid_to, 'inferred' AS basis,
        'family' AS source, 'the ' || f.sizes || ' described sizes of ' || n.family || ' agree' AS origin,
        n.first_seen AS observed_on, CAST(NULL AS VARCHAR) AS url
    FROM type_names AS n
    JOIN family_facts AS f USING (family)
    WHERE NOT EXISTS (SELECT 1 FROM resolved AS r WHERE r.ec2_type = n.ec2_name)
)
SELECT * FROM carried_back
UNION ALL
SELECT * FROM observed
UNION ALL
SELECT * FROM inferred;
