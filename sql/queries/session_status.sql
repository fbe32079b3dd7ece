-- One session, by id $1 or key $2.
SELECT s.id, s.state, s.expires_at <= (SELECT at FROM steady_time) AND s.ended_at IS NULL AS overdue, s.received, s.appends,
       s.max_chunk, s.max_total, s.timeout, s.protocol, s.client_address, a.name AS account, s.created_at, s.expires_at, s.ended_at, s.kept_since, s.undelete_since,
       (SELECT count(*) FROM upload_doubt d WHERE d.session_id = s.id) AS doubtful_chunks
FROM upload_session s
LEFT JOIN account a ON a.id = s.account_id
WHERE s.id = $1 OR s.session_key = $2
