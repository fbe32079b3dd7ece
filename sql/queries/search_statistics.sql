-- How many of the transactions that meet the conditions $1 to $19 (see fax_search) have each status.
SELECT status, count(*) AS count
FROM fax_search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
GROUP BY status
ORDER BY status
