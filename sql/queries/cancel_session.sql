-- Cancels the session with key $1 (or id $2); a trigger gives up its bytes.
UPDATE upload_session
SET state = 'cancelled', ended_at = now()
WHERE (session_key = $1 OR id = $2) AND state IN ('open', 'complete') AND expires_at > now()
RETURNING id
