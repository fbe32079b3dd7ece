-- The answer to submission $1, given by process $2, did not reach its client. Not so when another process has answered it
-- again meanwhile.
UPDATE fax_submission SET suspect = true WHERE id = $1 AND boot = $2
