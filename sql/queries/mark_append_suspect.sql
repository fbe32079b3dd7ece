-- The answer to the last append of session $1, total $2, given by process $3, did not reach its client. Not
-- so when another process has answered it again meanwhile.
UPDATE upload_session SET last_suspect = true
WHERE id = $1 AND received = $2 AND last_boot = $3 AND state IN ('open', 'complete')
  AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $3 AND b.ended_at IS NULL)
