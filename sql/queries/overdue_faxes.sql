-- Up to $2 attempts with delivery $1 whose outcome is overdue.
SELECT transaction_id, attempt
FROM fax_outbox
WHERE delivery = $1 AND phase = 'handed_over' AND NOT cancel_requested AND due_at <= (SELECT at FROM steady_time)
ORDER BY due_at
LIMIT $2
