-- Cancels the session with key $1 (or id $2) and gives up its bytes.
WITH cancelled AS (
    UPDATE upload_session
    SET state = 'cancelled', ended_at = now()
    WHERE (session_key = $1 OR id = $2) AND state IN ('open', 'complete') AND expires_at > now()
    RETURNING id
), dropped AS (
    DELETE FROM upload_extent e USING cancelled WHERE e.session_id = cancelled.id
)
SELECT id FROM cancelled
