-- The transactions of batch $1 with their owner's number.
SELECT id, account_id FROM fax_transaction WHERE parent_id = $1 ORDER BY id
