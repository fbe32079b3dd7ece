-- Where an append to session $1 begins in the upload, told by its first extent: store $2, segment $3,
-- offset $4. No row: it was not committed. Asked after the session's fence was raised.
SELECT position FROM upload_extent WHERE session_id = $1 AND store_id = $2 AND segment = $3 AND segment_offset = $4
