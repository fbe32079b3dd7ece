-- Brings back the session with id $1 (or key $2), which has expired or was cancelled and still has its bytes, or whose time
-- is over and that no sweep has come by yet: it lives as long as after a chunk.
UPDATE upload_session
SET state          = CASE WHEN ended_at IS NULL THEN state WHEN last_is_last THEN 'complete' ELSE 'open' END,
    ended_at       = NULL,
    undelete_since = NULL,
    expires_at     = (SELECT at FROM steady_time) + make_interval(secs => timeout)
WHERE (id = $1 OR session_key = $2)
  AND account_id IS NOT NULL
  AND (undelete_since IS NOT NULL
       OR state IN ('open', 'complete') AND expires_at <= (SELECT at FROM steady_time))
RETURNING id
