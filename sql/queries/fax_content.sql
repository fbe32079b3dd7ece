-- The upload in which the documents of submission $1 lie, if they are still kept.
SELECT u.id
FROM fax_submission f
JOIN upload_session u ON u.id = f.session_id
WHERE f.id = $1 AND u.kept_since IS NOT NULL
