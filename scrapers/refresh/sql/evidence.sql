-- Watched sentences that changed and that nobody has confirmed yet; is_news is false where that was so before.
-- in: sentences (the query sentences.sql), before.watched_sentences
SELECT
    s.*,
    NOT EXISTS (
        FROM before.watched_sentences AS b
        WHERE b.sentence_id = s.sentence_id AND b.status = s.status AND b.fingerprint IS NOT DISTINCT FROM s.fingerprint
    ) AS is_news
FROM sentences AS s
WHERE s.status IN ('changed', 'vanished')
ORDER BY s.sentence_id;
