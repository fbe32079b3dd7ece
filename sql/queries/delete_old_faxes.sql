-- Deletes up to $2 submissions older than $1 seconds whose transactions have all ended as long ago.
WITH old AS (
    SELECT f.id
    FROM fax_submission f
    WHERE f.created_at < (SELECT at FROM steady_time) - make_interval(secs => $1)
      AND NOT EXISTS (
          SELECT FROM fax_transaction t
          WHERE t.submission_id = f.id AND (t.ended_at IS NULL OR t.ended_at >= (SELECT at FROM steady_time) - make_interval(secs => $1))
      )
    ORDER BY f.created_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
DELETE FROM fax_submission f USING old WHERE f.id = old.id
RETURNING f.id
