-- Replaces what is known of the clock: seen at $1 in machine start $2, $3 seconds after it, held back by $4 seconds for $5;
-- unless it was not seen last at $6 and held back by $7, since somebody else has looked, or has accepted it.
UPDATE gateway_clock
SET seen_at = $1, host_boot = $2, host_uptime = $3, held_back = $4, held_for = $5
WHERE seen_at IS NOT DISTINCT FROM $6 AND held_back = $7
