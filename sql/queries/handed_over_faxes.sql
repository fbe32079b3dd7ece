-- The next $3 attempts that delivery $1 has, after transaction $2, whose outcome is not known.
SELECT transaction_id, attempt
FROM fax_outbox
WHERE delivery = $1 AND phase = 'handed_over' AND transaction_id > $2
ORDER BY transaction_id
LIMIT $3
