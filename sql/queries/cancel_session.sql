-- Cancels the session with key $1 (or id $2). Its bytes can be brought back if $3; otherwise a trigger gives them up.
UPDATE upload_session
SET state = 'cancelled', ended_at = now(), undelete_since = CASE WHEN $3 THEN (SELECT at FROM steady_time) END
WHERE (session_key = $1 OR id = $2) AND state IN ('open', 'complete') AND expires_at > (SELECT at FROM steady_time)
RETURNING id
