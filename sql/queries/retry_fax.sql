-- Attempt $2 of transaction $1 has failed, $4 says why; the next one begins in $3 seconds. No row: it is over, or somebody
-- wants it cancelled. In any phase: a take-back that failed has made it wait.
WITH failed AS (
    UPDATE fax_outbox
    SET phase          = 'waiting',
        attempt        = attempt + 1,
        lease          = NULL,
        failures       = 0,
        last_error     = $4,
        handed_over_at = NULL,
        queued_at      = now() + make_interval(secs => $3),
        due_at         = now() + make_interval(secs => $3)
    WHERE transaction_id = $1 AND attempt = $2 AND NOT cancel_requested
    RETURNING transaction_id, attempt - 1 AS attempt
)
UPDATE fax_transaction t
-- Also when its delivery said at once how it ended: the number is used up.
SET trials = greatest(t.trials, failed.attempt)
FROM failed
WHERE t.id = failed.transaction_id
RETURNING t.id
