-- Says what an append to session $1 meets: length $2, digest $3, is last $4, $5 = the process that asks. No row: there is
-- no such session.
SELECT s.state,
       s.expires_at <= (SELECT at FROM steady_time) AS expired,
       s.received,
       s.max_chunk,
       s.max_total,
       (SELECT coalesce(sum(d.length), 0)::bigint FROM upload_doubt d WHERE d.session_id = s.id AND d.stored) AS doubtful,
       s.appends,
       s.fence,
       a.enabled,
       a.switch_group,
       a.fax_service,
       a.is_primary,
       EXISTS (SELECT FROM gateway_boot b WHERE b.id = $5 AND b.ended_at IS NULL) AS registered,
       s.last_suspect OR NOT EXISTS (SELECT FROM gateway_boot b WHERE b.id = s.last_boot) AS suspect,
       s.last_boot IS NOT DISTINCT FROM $5 AS ours,
       (s.last_length IS NOT DISTINCT FROM $2
        AND s.last_digest IS NOT DISTINCT FROM $3
        AND s.last_is_last IS NOT DISTINCT FROM $4) AS equal
FROM upload_session s
LEFT JOIN account a ON a.id = s.account_id
WHERE s.id = $1
