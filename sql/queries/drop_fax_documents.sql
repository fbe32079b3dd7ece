-- Drops the documents of up to $2 uploads of which every fax ended more than $1 seconds ago, dead letters more than $3.
-- Returns which. A fax that is sent again meanwhile changes kept_since, so that its documents stay: the lock compares it with
-- what this statement has seen, however short $1 is.
WITH seen AS MATERIALIZED (
    SELECT u.id, u.kept_since
    FROM upload_session u
    WHERE u.kept_since < (SELECT at FROM steady_time) - make_interval(secs => $1)
      AND NOT EXISTS (
          SELECT FROM fax_submission f
          JOIN fax_transaction t ON t.submission_id = f.id
          WHERE f.session_id = u.id AND (t.ended_at IS NULL
                 OR t.ended_at >= (SELECT at FROM steady_time) - make_interval(secs => CASE WHEN t.dead_letter THEN greatest($1, $3) ELSE $1 END))
      )
    ORDER BY u.kept_since
    LIMIT $2
), due AS (
    SELECT u.id
    FROM seen
    JOIN upload_session u ON u.id = seen.id AND u.kept_since = seen.kept_since
    FOR UPDATE OF u SKIP LOCKED
), dropped AS (
    UPDATE upload_session u SET kept_since = NULL
    FROM due
    WHERE u.id = due.id
    RETURNING u.id
), extents AS (
    DELETE FROM upload_extent e USING dropped WHERE e.session_id = dropped.id
)
SELECT id FROM dropped
