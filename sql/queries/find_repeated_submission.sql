-- The newest submission of account $1 with fingerprint $2 that is not older than $3 seconds (null = any): its number, its first
-- transaction, its token, and whether its answer may not have reached the client.
SELECT s.id,
       (SELECT min(t.id) FROM fax_transaction t WHERE t.submission_id = s.id) AS parent_id,
       s.token,
       s.suspect OR NOT EXISTS (SELECT FROM gateway_boot b WHERE b.id = s.boot) AS suspect
FROM fax_submission s
WHERE s.account_id = $1 AND s.fingerprint = $2 AND ($3::float8 IS NULL OR s.created_at > now() - make_interval(secs => $3))
ORDER BY s.id DESC
LIMIT 1
