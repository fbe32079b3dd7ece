-- How many transactions account $1 has and has not hidden.
SELECT count(*) AS count FROM fax_transaction WHERE account_id = $1 AND NOT hidden
