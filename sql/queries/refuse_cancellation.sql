-- Attempt $2 of transaction $1 is being sent and cannot be taken back; its outcome is overdue after $3 seconds.
UPDATE fax_outbox
SET phase            = 'handed_over',
    lease            = NULL,
    failures         = 0,
    cancel_requested = false,
    handed_over_at   = coalesce(handed_over_at, now()),
    due_at           = greatest(now(), queued_at) + make_interval(secs => $3)
WHERE transaction_id = $1 AND attempt = $2 AND cancel_requested
RETURNING transaction_id
