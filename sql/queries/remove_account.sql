-- Removes account $1 unless uploads of it are alive; one that starts meanwhile makes the constraint
-- upload_session_owner refuse.
DELETE FROM account a
WHERE a.id = $1
  AND NOT EXISTS (SELECT FROM upload_session s WHERE s.account_id = a.id AND s.ended_at IS NULL)
RETURNING a.id
