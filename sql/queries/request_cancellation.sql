-- Asks that the transactions $1 be taken back from their deliveries. One that is being handed over is taken back after
-- that. Returns those that are still under way.
UPDATE fax_outbox
SET cancel_requested = true,
    due_at           = CASE WHEN phase = 'delivering' THEN due_at ELSE now() END
WHERE transaction_id = ANY ($1)
RETURNING transaction_id
