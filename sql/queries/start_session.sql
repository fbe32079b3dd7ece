-- Starts a session with key $1 for account $2 (limits: chunk $5 and total $6 in bytes, time-out $7 in
-- seconds) unless the account has $8 open ones already; simultaneous starts may pass that by a few.
INSERT INTO upload_session (session_key, account_id, protocol, client_address, max_chunk, max_total, timeout, expires_at)
SELECT $1, $2, $3, $4, $5, $6, $7::integer, (SELECT at FROM steady_time) + make_interval(secs => $7::integer)
WHERE (SELECT count(*) FROM upload_session WHERE account_id = $2 AND state = 'open' AND expires_at > (SELECT at FROM steady_time)) < $8
RETURNING id
