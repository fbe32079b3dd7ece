-- Makes sure that an append whose outcome is unknown cannot be committed any more: waits for a statement
-- that still runs on session $1, and turns away one that arrives later. Returns the new fence. No row: there is no such
-- session, or process $2 is not registered any more.
UPDATE upload_session SET fence = fence + 1
WHERE id = $1 AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $2 AND b.ended_at IS NULL)
RETURNING fence
