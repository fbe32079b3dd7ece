-- Attempt $3 of transaction $2 as delivery $1 knows it; if it knows nothing, the attempt is withdrawn.
WITH known AS (
    SELECT transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
           duration, remote_csid, extract(epoch FROM now() - since)::double precision AS age
    FROM fax_attempt
    WHERE delivery = $1 AND transaction_id = $2 AND attempt = $3
), withdrawn AS (
    INSERT INTO fax_attempt (delivery, transaction_id, attempt, phase)
    SELECT $1, $2, $3, 'withdrawn'
    WHERE NOT EXISTS (SELECT FROM known)
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
FROM withdrawn
