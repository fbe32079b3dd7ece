-- Takes session $1 for a submission whose documents have $2 bytes together: a complete one, or an open one
-- that its client never closed, if the bytes add up.
UPDATE upload_session
SET state = 'consumed', ended_at = now()
WHERE id = $1 AND state IN ('open', 'complete') AND expires_at > now() AND received = $2
RETURNING id
