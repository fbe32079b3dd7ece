-- Those of the segments $2 of store $1 in which live bytes lie: all of them, if the database bears none of the marks $3 and
-- so is not the one that names what lies in this store.
SELECT s.segment
FROM unnest($2::bigint[]) AS s (segment)
WHERE EXISTS (SELECT FROM upload_extent e WHERE e.store_id = $1 AND e.segment = s.segment)
   OR NOT EXISTS (SELECT FROM content_store c WHERE c.id = $1 AND c.replaced_at IS NULL AND c.mark = ANY ($3))
