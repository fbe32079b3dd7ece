-- The extents of session $1 in the order of their bytes.
SELECT position, length, store_id, segment, segment_offset, checksum
FROM upload_extent
WHERE session_id = $1
ORDER BY position
