-- Takes note that the last append of session $1 is answered again (length $2, digest $3, is last $4,
-- $5 = its answer may be lost), so that the next equal chunk is data. Boot $6. Returns the recorded total.
UPDATE upload_session s
SET last_suspect = false,
    last_boot    = $6,
    expires_at   = CASE WHEN s.expires_at < now() + make_interval(secs => s.timeout - least(300, s.timeout / 10))
                        THEN now() + make_interval(secs => s.timeout)
                        ELSE s.expires_at END
WHERE s.id = $1
  AND s.state IN ('open', 'complete')
  AND s.expires_at > now()
  AND s.last_length = $2
  AND s.last_digest = $3
  AND s.last_is_last = $4
  AND ($5 OR s.last_suspect OR NOT EXISTS (SELECT FROM gateway_boot b WHERE b.id = s.last_boot))
  AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $6 AND b.ended_at IS NULL)
RETURNING s.received
