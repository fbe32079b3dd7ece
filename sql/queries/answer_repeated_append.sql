-- Takes note that the last append of session $1 (length $2, digest $3, is last $4) is answered again by process $6,
-- provided that there were exactly $5 appends. If nobody waits for that answer (not $7), what is known of the one before
-- stays as it is. $8 = it may have been the next bytes all the same: that is noted, unless the session has $9 doubts.
-- Returns the recorded total.
WITH answered AS (
    UPDATE upload_session s
    SET last_suspect = s.last_suspect AND NOT $7,
        last_boot    = CASE WHEN $7 THEN $6 ELSE s.last_boot END,
        expires_at   = CASE WHEN s.expires_at < (SELECT at FROM steady_time) + make_interval(secs => s.timeout - least(300, s.timeout / 10))
                            THEN (SELECT at FROM steady_time) + make_interval(secs => s.timeout)
                            ELSE s.expires_at END
    WHERE s.id = $1
      AND s.state IN ('open', 'complete')
      AND s.expires_at > (SELECT at FROM steady_time)
      AND s.appends = $5
      AND s.last_length = $2
      AND s.last_digest = $3
      AND s.last_is_last = $4
      AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $6 AND b.ended_at IS NULL)
    RETURNING s.id, s.received
), noted AS (
    INSERT INTO upload_doubt (session_id, position, length, stored)
    SELECT id, received, $2, false
    FROM answered
    WHERE $8 AND (SELECT count(*) FROM upload_doubt d WHERE d.session_id = answered.id) < $9
)
SELECT received FROM answered
