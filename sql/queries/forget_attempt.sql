-- Delivery $1 forgets attempt $3 of transaction $2.
DELETE FROM fax_attempt
WHERE delivery = $1 AND transaction_id = $2 AND attempt = $3
RETURNING transaction_id
