-- The sentences that the rules rest on: which wording stood when, and whether a person has compared it with the rules.
-- in:  input_watched_sentences, input_sentences (one row per change), input_confirmations, scrapes
-- out: watched_sentences_history, watched_sentences

INSERT INTO watched_sentences_history BY NAME
WITH spans AS (
    SELECT
        s.*,
        lead(s.observed_on) OVER (PARTITION BY s.sentence_id, s.fact ORDER BY s.observed_on) AS next_on
    FROM input_sentences AS s
    JOIN input_watched_sentences AS w USING (sentence_id, source)
),
days AS (
    SELECT sentence_id, observed_on AS on_day, max(origin) AS origin FROM spans GROUP BY sentence_id, observed_on
),
states AS (
    SELECT d.*, CASE WHEN p.value = 'true' THEN f.value END AS fingerprint
    FROM days AS d
    LEFT JOIN spans AS p
        ON p.sentence_id = d.sentence_id AND p.fact = 'is_present'
        AND p.observed_on <= d.on_day AND (p.next_on IS NULL OR d.on_day < p.next_on)
    LEFT JOIN spans AS f
        ON f.sentence_id = d.sentence_id AND f.fact = 'fingerprint'
        AND f.observed_on <= d.on_day AND (f.next_on IS NULL OR d.on_day < f.next_on)
),
wordings AS (
    SELECT *
    FROM states
    WINDOW in_time AS (PARTITION BY sentence_id ORDER BY on_day)
    QUALIFY row_number() OVER in_time = 1 OR fingerprint IS DISTINCT FROM lag(fingerprint) OVER in_time
),
-- what was read first is what the rules were written from; every other wording waits for a person, once
judged AS (
    SELECT
        w.*,
        c.confirmed_on,
        CASE
            WHEN c.confirmed_on IS NOT NULL THEN 'confirmed'
            WHEN w.fingerprint IS NOT DISTINCT FROM first_value(w.fingerprint) OVER in_time THEN 'baseline'
            WHEN w.fingerprint IS NULL THEN 'vanished'
            ELSE 'changed'
        END AS status
    FROM wordings AS w
    LEFT JOIN input_confirmations AS c ON c.sentence_id = w.sentence_id AND c.fingerprint = coalesce(w.fingerprint, 'absent')
    WINDOW in_time AS (PARTITION BY w.sentence_id ORDER BY w.on_day)
),
runs AS (
    SELECT
        *,
        status IN ('changed', 'vanished') AS is_open,
        lag(status) OVER (PARTITION BY sentence_id ORDER BY on_day) NOT IN ('changed', 'vanished') AS begins
    FROM judged
)
SELECT
    sentence_id,
    on_day AS valid_from,
    lead(on_day) OVER in_time AS valid_to,
    fingerprint,
    status,
    CASE WHEN is_open THEN max(CASE WHEN is_open AND begins THEN on_day END) OVER (in_time ROWS UNBOUNDED PRECEDING) END AS unconfirmed_since,
    confirmed_on,
    origin
FROM runs
WINDOW in_time AS (PARTITION BY sentence_id ORDER BY on_day)
ORDER BY sentence_id, valid_from;

INSERT INTO watched_sentences BY NAME
WITH of_documents AS (
    -- later releases carry the same document packed
    SELECT source, regexp_replace(document, '\.gz$', '') AS document, max(observed_on) AS last_read
    FROM scrapes
    GROUP BY source, regexp_replace(document, '\.gz$', '')
),
-- the newest wording before the present one that was compared with the rules
agreed AS (
    SELECT *
    FROM watched_sentences_history
    WHERE valid_to IS NOT NULL AND status IN ('baseline', 'confirmed')
    QUALIFY row_number() OVER (PARTITION BY sentence_id ORDER BY valid_from DESC) = 1
)
SELECT
    w.*,
    coalesce(h.status, 'never_read') AS status,
    h.fingerprint,
    h.valid_from AS seen_since,
    p.fingerprint AS previous_fingerprint,
    p.valid_from AS previous_since,
    h.unconfirmed_since,
    d.last_read,
    h.confirmed_on,
    c.reason
FROM input_watched_sentences AS w
LEFT JOIN watched_sentences_history AS h ON h.sentence_id = w.sentence_id AND h.valid_to IS NULL
LEFT JOIN agreed AS p ON p.sentence_id = w.sentence_id
LEFT JOIN of_documents AS d ON d.source = w.source AND d.document = w.document
LEFT JOIN input_confirmations AS c ON c.sentence_id = w.sentence_id AND c.fingerprint = coalesce(h.fingerprint, 'absent')
ORDER BY w.sentence_id;
