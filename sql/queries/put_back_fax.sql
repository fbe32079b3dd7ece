-- Attempt $2 of transaction $1 could not be handed over, says the holder of lease $3; $5 is why, and it is tried again in $4
-- seconds.
UPDATE fax_outbox
SET phase      = 'waiting',
    lease      = NULL,
    failures   = failures + 1,
    last_error = $5,
    due_at     = CASE WHEN cancel_requested THEN now() + make_interval(secs => least($4::double precision, 60)) ELSE now() + make_interval(secs => $4) END
WHERE transaction_id = $1 AND attempt = $2 AND lease = $3
RETURNING transaction_id
