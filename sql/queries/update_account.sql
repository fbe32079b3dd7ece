-- Replaces everything but the name of account $1.
UPDATE account
SET password_hash = $2, enabled = $3, is_primary = $4, fax_service = $5, switch_group = $6,
    allowed_networks = $7, max_chunk = $8, max_total = $9, max_open_sessions = $10, session_timeout = $11,
    delivery = $12, max_open_bytes = $13, updated_at = now()
WHERE id = $1
RETURNING id
