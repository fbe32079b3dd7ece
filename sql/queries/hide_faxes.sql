-- Hides the transactions $1 of account $2 from its lists.
UPDATE fax_transaction SET hidden = true WHERE id = ANY ($1) AND account_id = $2
RETURNING id
