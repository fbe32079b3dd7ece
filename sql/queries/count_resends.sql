-- How often transaction or batch $1 was sent again.
SELECT count(*) AS count FROM fax_submission WHERE resend_of = $1
