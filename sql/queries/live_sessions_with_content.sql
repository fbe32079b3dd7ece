-- The next $2 sessions after id $1 that have bytes, for a check of all of them.
SELECT DISTINCT session_id FROM upload_extent WHERE session_id > $1 ORDER BY session_id LIMIT $2
