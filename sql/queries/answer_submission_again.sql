-- Takes note that submission $1 is answered again by process $2, so that the next equal one is another fax.
UPDATE fax_submission SET suspect = false, boot = $2 WHERE id = $1
