-- In how many seconds the next row of the outbox for the deliveries $1 is due.
SELECT extract(epoch FROM min(due_at) - now())::double precision AS seconds
FROM fax_outbox
WHERE delivery = ANY ($1) AND (phase IN ('waiting', 'delivering') OR cancel_requested)
