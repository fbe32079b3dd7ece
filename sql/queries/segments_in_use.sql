-- Those of the segments $2 of store $1 in which live bytes lie.
SELECT s.segment
FROM unnest($2::bigint[]) AS s (segment)
WHERE EXISTS (SELECT FROM upload_extent e WHERE e.store_id = $1 AND e.segment = s.segment)
