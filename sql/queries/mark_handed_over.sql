-- Attempt $2 of transaction $1 is with its delivery, says the holder of lease $3; an outcome is overdue after $4 seconds.
-- No row: the lease is somebody else's by now.
WITH handed AS (
    UPDATE fax_outbox
    SET phase          = 'handed_over',
        lease          = NULL,
        failures       = 0,
        last_error     = '',
        handed_over_at = now(),
        due_at         = CASE WHEN cancel_requested THEN now() ELSE greatest(now(), queued_at) + make_interval(secs => $4) END
    WHERE transaction_id = $1 AND attempt = $2 AND lease = $3
    RETURNING transaction_id, attempt, cancel_requested
)
UPDATE fax_transaction t
SET trials = handed.attempt
FROM handed
WHERE t.id = handed.transaction_id
RETURNING handed.cancel_requested
