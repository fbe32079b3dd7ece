-- The next $4 attempts after attempt $3 of transaction $2 of which delivery $1 knows something.
SELECT transaction_id, attempt
FROM fax_attempt
WHERE delivery = $1 AND (transaction_id, attempt) > ($2, $3)
ORDER BY transaction_id, attempt
LIMIT $4
