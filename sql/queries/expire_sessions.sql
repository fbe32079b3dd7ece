-- Expires up to $1 sessions whose time is over; a trigger gives up their bytes. State and time are asked again
-- in the outer WHERE: an append may have extended a session between the look and the lock.
WITH due AS (
    SELECT id FROM upload_session
    WHERE state IN ('open', 'complete') AND expires_at <= now()
    ORDER BY expires_at
    LIMIT $1
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE upload_session s
SET state = 'expired', ended_at = now()
FROM due
WHERE s.id = due.id AND s.state IN ('open', 'complete') AND s.expires_at <= now()
RETURNING s.id
