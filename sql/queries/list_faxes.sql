-- The newest $8 transactions that account $1 has not hidden: with ids from $2 to $3, among $4, of batch $5, or only those
-- under way ($6). What is null does not count. $7 also shows the hidden ones.
SELECT id, parent_id, account_id, submission_id, recipient, contact, hidden, trials, pages_sent, duration, remote_csid, ended_at,
       batch_size, status_text, state, status, user_name, subject, reply_address, sender_csid, page_header, job_id, page_size, landscape,
       high_resolution, fine_rendering, retries, postponed_until, created_at, resend_of, session_id, protocol, client_address,
       delivery, attempt, due_at, failures, last_error, cancel_requested, handed_over_at, dead_letter
FROM fax_item
WHERE account_id = $1
  AND ($7 OR NOT hidden)
  AND ($2::integer IS NULL OR id >= $2)
  AND ($3::integer IS NULL OR id <= $3)
  AND ($4::integer[] IS NULL OR id = ANY ($4))
  AND ($5::integer IS NULL OR parent_id = $5)
  AND (NOT $6 OR ended_at IS NULL)
ORDER BY id DESC
LIMIT $8
