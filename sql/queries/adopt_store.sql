-- Makes store $1 of kind $2 the only one of the database, as it is: generation $3, mark $4 after mark $5. Segments up to $6
-- are kept, and the segments $7 are known to be gone.
WITH others AS (
    UPDATE content_store SET replaced_at = now() WHERE id <> $1 AND replaced_at IS NULL
)
INSERT INTO content_store AS s (id, kind, generation, mark, mark_before, kept_to, lost_segments)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE
SET generation = excluded.generation, mark = excluded.mark, mark_before = excluded.mark_before,
    kept_to = greatest(s.kept_to, excluded.kept_to), lost_segments = excluded.lost_segments, replaced_at = NULL
