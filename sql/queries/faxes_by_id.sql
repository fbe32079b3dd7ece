-- The transactions $1.
SELECT id, parent_id, account_id, submission_id, recipient, contact, hidden, trials, pages_sent, duration, remote_csid, ended_at,
       batch_size, status_text, state, status, user_name, subject, reply_address, sender_csid, page_header, job_id, page_size, landscape,
       high_resolution, fine_rendering, retries, postponed_until, created_at, resend_of, session_id, protocol, client_address,
       delivery, attempt, due_at, failures, last_error, cancel_requested, handed_over_at, dead_letter
FROM fax_item
WHERE id = ANY ($1)
ORDER BY id
