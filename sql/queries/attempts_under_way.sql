-- Those of the attempts $2 of the transactions $1 (arrays, side by side) that are not over.
SELECT o.transaction_id, o.attempt
FROM unnest($1::integer[], $2::integer[]) AS a (transaction_id, attempt)
JOIN fax_outbox o ON o.transaction_id = a.transaction_id AND o.attempt <= a.attempt
