-- Makes sure that an append whose outcome is unknown cannot be committed any more: waits for a statement
-- that still runs on session $1, and turns away one that arrives later. Returns the new fence.
UPDATE upload_session SET fence = fence + 1 WHERE id = $1 RETURNING fence
