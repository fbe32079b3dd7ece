-- Gives store $1 generation $2 with mark $3 in place of mark $4. No row: this is not the database that $4 was written to, or
-- an older copy of it. A statement that is sent again has no second effect.
UPDATE content_store
SET generation = $2, mark = $3, mark_before = $4
WHERE id = $1 AND mark IN ($3, $4)
RETURNING id
