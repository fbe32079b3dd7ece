-- Process $1 stops with every lost answer marked: its other answers were delivered.
UPDATE gateway_boot SET ended_at = now() WHERE id = $1
