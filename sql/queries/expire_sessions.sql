-- Expires up to $1 sessions whose time is over. An append may extend a session
-- between the look and the lock: the lock asks state and time again, and so does the outer WHERE, lest a change
-- of the lock expire a session that lives.
WITH due AS (
    SELECT id FROM upload_session
    WHERE state IN ('open', 'complete') AND expires_at <= (SELECT at FROM steady_time)
    ORDER BY expires_at
    LIMIT $1
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE upload_session s
SET state = 'expired', ended_at = now(), undelete_since = (SELECT at FROM steady_time)
FROM due
WHERE s.id = due.id AND s.state IN ('open', 'complete') AND s.expires_at <= (SELECT at FROM steady_time)
RETURNING s.id
