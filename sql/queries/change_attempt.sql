-- Changes attempt $3 of transaction $2 of delivery $1, if it still is in version $4: phase $5, reference $6, place $7,
-- progress $8, code $9, text $10, may be repeated $11, refused $12, pages $13, seconds $14, remote CSID $15. No row: somebody
-- else has changed it.
UPDATE fax_attempt
SET version     = version + 1,
    since       = CASE WHEN phase = $5 THEN since ELSE now() END,
    phase       = $5,
    reference   = $6,
    place       = $7,
    progress    = $8,
    code        = $9,
    status_text = $10,
    may_retry   = $11,
    refused     = $12,
    pages       = $13,
    duration    = $14,
    remote_csid = $15
WHERE delivery = $1 AND transaction_id = $2 AND attempt = $3 AND version = $4
RETURNING transaction_id, attempt, version, phase, reference, place, progress, code, status_text, may_retry, refused, pages,
          duration, remote_csid, extract(epoch FROM now() - since)::double precision AS age
