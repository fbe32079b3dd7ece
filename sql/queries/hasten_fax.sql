-- Lets the waiting transaction $1 be handed over at once.
UPDATE fax_outbox SET due_at = now(), queued_at = now() WHERE transaction_id = $1 AND phase = 'waiting'
RETURNING transaction_id
