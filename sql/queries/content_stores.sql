-- The content stores this database knows.
SELECT id FROM content_store ORDER BY created_at
