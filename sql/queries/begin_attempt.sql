-- Attempt $3 of transaction $2 as delivery $1 knows it. If it knows nothing, it begins to: in phase $4, which is withdrawn, or
-- offered unless the outbox is done with the attempt. No row: it is, or somebody else begins at this moment.
WITH known AS (
    SELECT transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
           duration, remote_csid, extract(epoch FROM now() - since)::double precision AS age
    FROM fax_attempt
    WHERE delivery = $1 AND transaction_id = $2 AND attempt = $3
), under_way AS MATERIALIZED (
    -- Whoever ends it at this moment is waited for.
    SELECT transaction_id FROM fax_outbox WHERE transaction_id = $2 AND attempt <= $3 FOR KEY SHARE
), begun AS (
    INSERT INTO fax_attempt (delivery, transaction_id, attempt, phase)
    SELECT $1, $2, $3, $4::text
    WHERE NOT EXISTS (SELECT FROM known) AND ($4 = 'withdrawn' OR EXISTS (SELECT FROM under_way))
    ON CONFLICT ON CONSTRAINT fax_attempt_pkey DO NOTHING
    RETURNING transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
              duration, remote_csid, 0::double precision AS age
)
SELECT transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
       duration, remote_csid, age
FROM known
UNION ALL
SELECT transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
       duration, remote_csid, age
FROM begun
