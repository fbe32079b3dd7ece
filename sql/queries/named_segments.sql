-- The segments of store $1 that extents name, in order: one look into the index for each, however many extents it has.
WITH RECURSIVE named AS (
    SELECT min(segment) AS segment FROM upload_extent WHERE store_id = $1
    UNION ALL
    SELECT (SELECT min(e.segment) FROM upload_extent e WHERE e.store_id = $1 AND e.segment > named.segment)
    FROM named
    WHERE named.segment IS NOT NULL
)
SELECT segment FROM named WHERE segment IS NOT NULL
