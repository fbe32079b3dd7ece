-- The answer to submission $1, given by process $2, did not reach its client. Not so when another process has answered it
-- again meanwhile.
UPDATE fax_submission SET suspect = true WHERE id = $1 AND boot = $2 AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $2 AND b.ended_at IS NULL)
