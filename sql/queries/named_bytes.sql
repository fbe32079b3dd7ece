-- How many sessions have how many bytes in the segments $2 of store $1.
SELECT count(DISTINCT session_id) AS sessions, coalesce(sum(length), 0)::bigint AS bytes
FROM upload_extent
WHERE store_id = $1 AND segment = ANY ($2)
