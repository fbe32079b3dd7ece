-- The newest submission of account $1 with one of the fingerprints $2 that is not older than $3 seconds (null = of any age): its number, its
-- first transaction, its token, and whether any of it was or will be sent, or nobody knows (its transaction ended with code $4).
SELECT s.id,
       (SELECT min(t.id) FROM fax_transaction t WHERE t.submission_id = s.id) AS parent_id,
       s.token,
       EXISTS (
           SELECT FROM fax_transaction t
           WHERE t.submission_id = s.id AND (t.outcome IS NULL OR t.outcome = 'sent' OR t.status_code = $4)
       ) AS sends
FROM fax_submission s
WHERE s.account_id = $1 AND s.fingerprint = ANY ($2) AND ($3::float8 IS NULL OR s.created_at > (SELECT at FROM steady_time) - make_interval(secs => $3))
ORDER BY s.id DESC
LIMIT 1
