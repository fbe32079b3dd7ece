-- The session whose key is $1, if it is open.
SELECT id, account_id, max_chunk, fence
FROM upload_session
WHERE session_key = $1 AND state IN ('open', 'complete') AND expires_at > now()
