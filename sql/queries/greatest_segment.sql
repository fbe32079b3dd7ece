-- The greatest segment of store $1 that an extent names.
SELECT max(segment) FROM upload_extent WHERE store_id = $1
