-- Makes store $1 of kind $2 known, unless the database belongs to another one already.
INSERT INTO content_store (id, kind)
SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM content_store WHERE id <> $1 AND replaced_at IS NULL)
ON CONFLICT (id) DO NOTHING
