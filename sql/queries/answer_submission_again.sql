-- Takes note that submission $1 is answered again by process $2, so that the next equal one is another fax.
UPDATE fax_submission SET suspect = false, boot = $2 WHERE id = $1 AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $2 AND b.ended_at IS NULL)
RETURNING id
