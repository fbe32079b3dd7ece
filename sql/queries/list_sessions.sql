-- The newest $4 sessions before id $3 (null = from the newest), of account key $1 and in state $2 (null = any).
-- One whose time is over counts as expired although no sweep has come by yet.
SELECT s.id, s.state, s.expires_at <= (SELECT at FROM steady_time) AND s.ended_at IS NULL AS overdue, s.received, s.appends,
       s.max_chunk, s.max_total, s.timeout, s.protocol, s.client_address, a.name AS account, s.created_at, s.expires_at, s.ended_at, s.kept_since, s.undelete_since,
       (SELECT count(*) FROM upload_doubt d WHERE d.session_id = s.id) AS doubtful_chunks
FROM upload_session s
LEFT JOIN account a ON a.id = s.account_id
WHERE ($1::text IS NULL OR a.name_key = $1)
  AND ($2::text IS NULL OR $2 = CASE WHEN s.expires_at <= (SELECT at FROM steady_time) AND s.ended_at IS NULL THEN 'expired' ELSE s.state END)
  AND ($3::bigint IS NULL OR s.id < $3)
ORDER BY s.id DESC
LIMIT $4
