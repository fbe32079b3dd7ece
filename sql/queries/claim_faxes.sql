-- Claims up to $2 rows of the outbox for the deliveries $1 whose time has come, under lease $3 of process $5 for $4 seconds: faxes to
-- hand over, those whose holder has not said in time how that went, and those that somebody wants cancelled.
WITH due AS (
    SELECT transaction_id
    FROM fax_outbox
    WHERE delivery = ANY ($1) AND due_at <= now() AND (phase IN ('waiting', 'delivering') OR cancel_requested)
    ORDER BY due_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
UPDATE fax_outbox o
SET phase      = CASE WHEN o.phase = 'handed_over' THEN o.phase ELSE 'delivering' END,
    lease      = $3,
    lease_boot = $5,
    due_at     = now() + make_interval(secs => $4)
FROM due
WHERE o.transaction_id = due.transaction_id
RETURNING o.transaction_id, o.delivery, o.attempt, o.failures, o.cancel_requested,
          greatest(0, extract(epoch FROM (SELECT at FROM steady_time) - o.queued_at))::double precision AS age
