-- Ends transaction $1, if its attempt is $2 (null = any) and its phase one of $3: outcome $4, code $5, text $6, pages $7,
-- seconds $8, remote CSID $9, dead letter $10. No
-- row: it has ended already, or is not in such a phase.
WITH gone AS (
    DELETE FROM fax_outbox
    WHERE transaction_id = $1 AND ($2::integer IS NULL OR attempt = $2) AND phase = ANY ($3)
    RETURNING transaction_id, attempt
)
UPDATE fax_transaction t
SET outcome      = $4,
    status_code  = $5,
    status_text  = $6,
    pages_sent   = $7,
    duration     = $8,
    remote_csid  = $9,
    trials       = greatest(t.trials, gone.attempt),
    last_attempt = gone.attempt,
    dead_letter  = $10,
    ended_at     = now()
FROM gone
WHERE t.id = gone.transaction_id
RETURNING t.id
