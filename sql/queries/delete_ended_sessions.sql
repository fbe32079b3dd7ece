-- Deletes up to $2 sessions that ended more than $1 seconds ago, unless faxes still need their bytes, or they can
-- be brought back.
WITH old AS (
    SELECT id FROM upload_session
    WHERE ended_at < (SELECT at FROM steady_time) - make_interval(secs => $1) AND kept_since IS NULL AND undelete_since IS NULL
    ORDER BY ended_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
DELETE FROM upload_session s USING old WHERE s.id = old.id
RETURNING s.id
