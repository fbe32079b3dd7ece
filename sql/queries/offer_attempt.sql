-- Attempt $3 of transaction $2 as delivery $1 knows it; begins to know it unless the outbox is done with it. No row: it is.
WITH known AS (
    SELECT transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
           duration, remote_csid, extract(epoch FROM now() - since)::double precision AS age
    FROM fax_attempt
    WHERE delivery = $1 AND transaction_id = $2 AND attempt = $3
), offered AS (
    INSERT INTO fax_attempt (delivery, transaction_id, attempt)
    SELECT $1, o.transaction_id, $3
    FROM fax_outbox o
    WHERE o.transaction_id = $2 AND o.attempt <= $3 AND NOT EXISTS (SELECT FROM known)
    -- Whoever was faster is asked for next time.
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
FROM offered
