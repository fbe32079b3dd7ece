-- The account whose name in lower case is $1.
SELECT id, name, password_hash, enabled, is_primary, fax_service, switch_group, allowed_networks,
       max_chunk, max_total, max_open_sessions, max_open_bytes, session_timeout, delivery, created_at, updated_at
FROM account
WHERE name_key = $1
