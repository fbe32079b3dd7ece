-- Starts a session with key $1 for account $2 (limits: chunk $5 and total $6 in bytes, time-out $7 in seconds) unless the
-- account has $8 open ones already, or holds $9 bytes in open and complete ones; simultaneous starts may pass that by a few.
-- Of so many sessions that adding them up would take long, not all are added up. Without an id: which of the two it was.
WITH held AS (
    SELECT (SELECT count(*) FROM upload_session
            WHERE account_id = $2 AND state = 'open' AND expires_at > (SELECT at FROM steady_time)) >= $8 AS too_many,
           (SELECT coalesce(sum(received), 0)
            FROM (SELECT received FROM upload_session
                  WHERE account_id = $2 AND state IN ('open', 'complete') AND expires_at > (SELECT at FROM steady_time)
                  LIMIT 10000) AS counted) >= $9::bigint AS too_large
), started AS (
    INSERT INTO upload_session (session_key, account_id, protocol, client_address, max_chunk, max_total, timeout, expires_at)
    SELECT $1, $2, $3, $4, $5, $6, $7::integer, (SELECT at FROM steady_time) + make_interval(secs => $7::integer)
    FROM held
    WHERE NOT too_many AND NOT too_large
    RETURNING id
)
SELECT started.id, held.too_many FROM held LEFT JOIN started ON true
