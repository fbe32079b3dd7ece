-- Registers this process $1 as the gateway on store $2. The lock on the store is ours, so a process before us that has not
-- said how it ended has died; of those that ended well, the ones that no live session names are
-- forgotten.
WITH gone AS (
    DELETE FROM gateway_boot b
    WHERE b.store_id = $2
      AND (b.ended_at IS NULL
           OR NOT EXISTS (SELECT FROM upload_session s WHERE s.last_boot = b.id AND s.ended_at IS NULL))
)
INSERT INTO gateway_boot (id, store_id) VALUES ($1, $2)
