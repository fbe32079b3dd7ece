-- The newest $4 transactions before $3 (null = from the newest), of the account with key $1 and in state $2 (null = any);
-- only dead letters if $5.
SELECT id, parent_id, account_id, submission_id, recipient, contact, hidden, trials, pages_sent, duration, remote_csid, ended_at,
       batch_size, status_text, state, status, user_name, subject, reply_address, sender_csid, page_header, job_id, page_size, landscape,
       high_resolution, fine_rendering, retries, postponed_until, created_at, resend_of, session_id, protocol, client_address,
       delivery, attempt, due_at, failures, last_error, cancel_requested, handed_over_at, dead_letter
FROM fax_item
WHERE ($1::text IS NULL OR lower(user_name) = $1)
  AND ($2::text IS NULL OR state = $2)
  AND (NOT $5::boolean OR dead_letter)
  AND ($3::integer IS NULL OR id < $3)
ORDER BY id DESC
LIMIT $4
