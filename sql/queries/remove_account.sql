-- Removes account $1 unless uploads or faxes of it are under way; an upload that starts meanwhile makes the constraint
-- upload_session_owner refuse. A fax that is submitted meanwhile is sent all the same.
DELETE FROM account a
WHERE a.id = $1
  AND NOT EXISTS (SELECT FROM upload_session s WHERE s.account_id = a.id AND s.ended_at IS NULL)
  AND NOT EXISTS (SELECT FROM fax_transaction t WHERE t.account_id = a.id AND t.ended_at IS NULL)
RETURNING a.id
