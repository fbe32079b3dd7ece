-- The session whose key is $1, if it is open or complete and its time is not over.
SELECT id, state, max_chunk, fence
FROM upload_session
WHERE session_key = $1 AND state IN ('open', 'complete') AND expires_at > (SELECT at FROM steady_time)
