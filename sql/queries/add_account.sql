-- Adds an account; the constraint account_name_key says when the name is taken.
INSERT INTO account (name, name_key, password_hash, enabled, is_primary, fax_service, switch_group,
                     allowed_networks, max_chunk, max_total, max_open_sessions, session_timeout, delivery, max_open_bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING id
