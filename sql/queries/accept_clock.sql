-- Takes what the clock shows for right, and returns the seconds by which it was held back. What expires is moved by as much,
-- so that nothing does because of that.
WITH before AS (
    SELECT held_back FROM gateway_clock FOR UPDATE
), accepted AS (
    UPDATE gateway_clock SET held_back = 0, held_for = 0
), living AS (
    UPDATE upload_session s SET expires_at = s.expires_at + make_interval(secs => before.held_back)
    FROM before
    WHERE before.held_back > 0 AND s.state IN ('open', 'complete')
), undeletable AS (
    UPDATE upload_session s SET undelete_since = s.undelete_since + make_interval(secs => before.held_back)
    FROM before
    WHERE before.held_back > 0 AND s.undelete_since IS NOT NULL
)
SELECT held_back FROM before
