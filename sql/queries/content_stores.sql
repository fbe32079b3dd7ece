-- The content stores this database knows, but those that were replaced; one, or none in a new database.
SELECT id, generation, mark, mark_before, kept_to, lost_segments
FROM content_store
WHERE replaced_at IS NULL
ORDER BY created_at
