-- The documents of submission $1, in order.
SELECT kind, length FROM fax_document WHERE submission_id = $1 ORDER BY ordinal
