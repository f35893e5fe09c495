-- What is known about each type's hardware, from when to when, and who says so.
-- in:  input_hardware (all hardware sources, one row per change), nitro_rows, sources, scrapes, type_names, fact_names (temp, from kb.dataset.schema)
-- out: said (temp: per source and Region), statements (temp: per source), type_facts (temp: resolved, one row per type, fact and interval)

-- region is empty where a source does not speak of one Region only
CREATE TEMP TABLE said AS
WITH addresses AS (
    -- of an origin with several documents nobody can say which one a statement is from
    SELECT source, origin, arg_max(url, observed_on) AS url FROM scrapes GROUP BY source, origin HAVING count(DISTINCT document) = 1
),
rows_of_logs AS (
    SELECT * REPLACE (CASE WHEN region = 'all' THEN '' ELSE coalesce(region, '') END AS region), false AS is_derived
    FROM input_hardware
    UNION ALL BY NAME
    SELECT *, '' AS region, CAST(NULL AS VARCHAR) AS url, false AS is_derived
    FROM nitro_rows
),
-- the API's word on NVMe as the plain flag that the documentation has, so that the two can be compared
nvme_flags AS (
    SELECT
        * REPLACE (
            'has_nvme_instance_store' AS fact,
            CASE WHEN value IN ('supported', 'required') THEN 'true' WHEN value = 'unsupported' THEN 'false' END AS value,
            true AS is_derived
        )
    FROM rows_of_logs
    WHERE fact = 'nvme_support'
        AND (source, ec2_type) NOT IN (SELECT (source, ec2_type) FROM rows_of_logs WHERE fact = 'has_nvme_instance_store')
),
nvme_changes AS (
    SELECT *
    FROM nvme_flags
    QUALIFY value IS DISTINCT FROM lag(value) OVER (PARTITION BY source, ec2_type, region ORDER BY observed_on)
)
SELECT
    h.source,
    s.precedence,
    h.ec2_type,
    h.fact,
    h.region,
    h.value,
    h.is_derived,
    h.observed_on AS valid_from,
    lead(h.observed_on) OVER (PARTITION BY h.source, h.ec2_type, h.fact, h.region ORDER BY h.observed_on) AS valid_to,
    h.origin,
    coalesce(h.url, a.url, s.url) AS url
FROM (SELECT * FROM rows_of_logs UNION ALL SELECT * FROM nvme_changes) AS h
JOIN sources AS s USING (source)
LEFT JOIN addresses AS a USING (source, origin);

-- Where a source speaks of Regions one by one: it has a type while any Region has it, and a fact on which the Regions
-- differ is contested. That is a statement too, of no value: it depends on the Region, whatever other sources say.
CREATE TEMP TABLE statements AS
WITH by_region AS (
    SELECT DISTINCT source, ec2_type, fact FROM said WHERE region <> ''
),
presence AS (
    SELECT * FROM said WHERE fact = 'is_present' AND region <> ''
),
moments AS (
    SELECT b.source, b.ec2_type, b.fact, s.valid_from AS on_day
    FROM by_region AS b
    JOIN said AS s ON s.source = b.source AND s.ec2_type = b.ec2_type AND s.fact IN (b.fact, 'is_present')
    GROUP BY ALL
),
present_then AS (
    SELECT m.source, m.ec2_type, m.fact, m.on_day, count(*) AS regions
    FROM moments AS m
    JOIN presence AS p
        ON p.source = m.source AND p.ec2_type = m.ec2_type AND p.value = 'true'
        AND p.valid_from <= m.on_day AND (p.valid_to IS NULL OR m.on_day < p.valid_to)
    GROUP BY ALL
),
standing AS (
    SELECT
        m.on_day,
        s.*,
        coalesce(n.regions, 0) AS regions,
        -- what was said of a Region that has lost the type does not count while another one has it
        s.region <> '' AND s.value IS NOT NULL AND (p.value = 'true' OR n.regions IS NULL) AS counts
    FROM moments AS m
    JOIN said AS s
        ON s.source = m.source AND s.ec2_type = m.ec2_type AND s.fact = m.fact
        AND s.valid_from <= m.on_day AND (s.valid_to IS NULL OR m.on_day < s.valid_to)
    LEFT JOIN present_then AS n
        ON n.source = m.source AND n.ec2_type = m.ec2_type AND n.fact = m.fact AND n.on_day = m.on_day
    LEFT JOIN presence AS p
        ON p.source = m.source AND p.ec2_type = m.ec2_type AND p.region = s.region
        AND p.valid_from <= m.on_day AND (p.valid_to IS NULL OR m.on_day < p.valid_to)
),
counted AS (
    SELECT
        source,
        ec2_type,
        fact,
        on_day,
        any_value(precedence) AS precedence,
        bool_or(is_derived) AS is_derived,
        max(regions) AS regions,
        max(value) FILTER (WHERE region = '') AS general,
        count(*) FILTER (WHERE counts) AS speaking,
        min(value) FILTER (WHERE counts) AS least,
        max(value) FILTER (WHERE counts) AS greatest,
        max(origin) AS origin,
        max(url) AS url
    FROM standing
    GROUP BY ALL
),
judged AS (
    SELECT
        *,
        fact <> 'is_present' AND speaking > 0
            AND (least <> greatest OR coalesce(general <> least, speaking < regions)) AS is_contested
    FROM counted
),
merged AS (
    SELECT
        source,
        precedence,
        ec2_type,
        fact,
        CASE
            WHEN fact = 'is_present' THEN CASE WHEN regions > 0 THEN 'true' ELSE 'false' END
            WHEN NOT is_contested THEN coalesce(general, least)
        END AS value,
        is_contested,
        is_derived,
        on_day,
        origin,
        url
    FROM judged
),
changed AS (
    SELECT *
    FROM merged
    WINDOW in_time AS (PARTITION BY source, ec2_type, fact ORDER BY on_day)
    QUALIFY row_number() OVER in_time = 1 OR (value, is_contested) IS DISTINCT FROM lag((value, is_contested)) OVER in_time
)
SELECT source, precedence, ec2_type, fact, value, false AS is_contested, is_derived, valid_from, valid_to, origin, url
FROM said
WHERE (source, ec2_type, fact) NOT IN (SELECT (source, ec2_type, fact) FROM by_region)
UNION ALL
SELECT
    * EXCLUDE (on_day, origin, url),
    on_day AS valid_from,
    lead(on_day) OVER (PARTITION BY source, ec2_type, fact ORDER BY on_day) AS valid_to,
    origin,
    url
FROM changed;

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
            PARTITION BY m.ec2_type, m.fact, m.on_day ORDER BY s.value IS NULL AND NOT s.is_contested, s.precedence
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
        lag((value, source, is_contested)) OVER same_fact AS before
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
    is_contested,
    is_derived,
    origin,
    valid_from AS observed_on,
    url
FROM chosen
WHERE position = 1 OR (value, source, is_contested) IS DISTINCT FROM before;

-- Types that a source describes themselves; the Nitro page, which names families, does not.
CREATE TEMP TABLE described_types AS
SELECT DISTINCT ec2_type FROM statements WHERE source <> 'nitro_page';

-- A type that no source describes takes what every described size of its family, bare metal aside, agrees on today.
CREATE TEMP TABLE family_facts AS
WITH described AS (
    SELECT n.family, n.instance_type, r.fact, r.value
    FROM type_names AS n
    JOIN described_types AS d ON d.ec2_type = n.ec2_name
    JOIN resolved AS r ON r.ec2_type = n.ec2_name AND r.valid_to IS NULL
    WHERE r.fact IN ('hypervisor', 'is_bare_metal', 'has_instance_store', 'nvme_support', 'has_nvme_instance_store', 'instance_store_encryption')
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
WITH inferred AS (
    SELECT n.instance_type, f.fact, f.value, n.first_seen AS valid_from, CAST(NULL AS DATE) AS valid_to, 'inferred' AS basis,
        'family' AS source, 'the ' || f.sizes || ' described sizes of ' || n.family || ' agree' AS origin,
        n.first_seen AS observed_on, CAST(NULL AS VARCHAR) AS url, false AS is_contested, false AS is_derived
    FROM type_names AS n
    JOIN family_facts AS f USING (family)
    WHERE n.ec2_name NOT IN (SELECT ec2_type FROM described_types)
),
first_storage AS (
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
    WHERE (n.instance_type, r.fact) NOT IN (SELECT (instance_type, fact) FROM inferred)
),
-- before the first observation its value is carried back and marked so; a storage fact that sources began to
-- report only after the type's first storage observation stays unknown until then
carried_back AS (
    SELECT instance_type, fact, value, first_seen AS valid_from, valid_from AS valid_to, 'carried_back' AS basis,
        source, origin, observed_on, url, is_contested, is_derived
    FROM known
    WHERE is_first AND valid_from > first_seen AND (NOT is_storage_fact OR valid_from <= first_storage_on)
),
observed AS (
    SELECT instance_type, fact, value, greatest(valid_from, first_seen) AS valid_from, valid_to, 'observed' AS basis,
        source, origin, observed_on, url, is_contested, is_derived
    FROM known
    WHERE valid_to IS NULL OR valid_to > first_seen
)
SELECT * FROM carried_back
UNION ALL
SELECT * FROM observed
UNION ALL
SELECT * FROM inferred;
