-- Cancels those of the transactions $1 that no delivery has ever seen: code $2, text $3. Returns which,
-- and the delivery each was for.
WITH gone AS (
    DELETE FROM fax_outbox
    WHERE transaction_id = ANY ($1) AND phase = 'waiting' AND failures = 0
    RETURNING transaction_id, attempt, delivery
)
UPDATE fax_transaction t
SET outcome = 'cancelled', status_code = $2, status_text = $3, last_attempt = gone.attempt, ended_at = now()
FROM gone
WHERE t.id = gone.transaction_id
RETURNING t.id, gone.delivery
