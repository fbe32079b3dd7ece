-- Up to $2 of the chunks of session $1 of which nobody can say whether they are data or the chunk before sent again.
SELECT position, length, stored
FROM upload_doubt
WHERE session_id = $1
ORDER BY position, id
LIMIT $2
