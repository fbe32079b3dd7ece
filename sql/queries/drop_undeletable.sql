-- Drops the bytes of up to $2 sessions that can have been brought back for more than $1 seconds. The lock asks again, since
-- somebody may do so now.
WITH due AS (
    SELECT id FROM upload_session
    WHERE undelete_since <= (SELECT at FROM steady_time) - make_interval(secs => $1)
    ORDER BY undelete_since
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), dropped AS (
    UPDATE upload_session s SET undelete_since = NULL
    FROM due
    WHERE s.id = due.id AND s.undelete_since IS NOT NULL
    RETURNING s.id
), extents AS (
    DELETE FROM upload_extent e USING dropped WHERE e.session_id = dropped.id
), doubts AS (
    DELETE FROM upload_doubt d USING dropped WHERE d.session_id = dropped.id
)
SELECT id FROM dropped
