-- Up to $22 of the transactions that meet the conditions $1 to $19 (see fax_search), after the first $23, in the order of
-- column $20, ascending or not ($21).
SELECT id, parent_id, account_id, submission_id, recipient, contact, hidden, trials, pages_sent, duration, remote_csid, ended_at,
       batch_size, status_text, state, status, user_name, subject, reply_address, sender_csid, page_header, job_id, page_size, landscape,
       high_resolution, fine_rendering, retries, postponed_until, created_at, resend_of, session_id, protocol, client_address,
       delivery, attempt, due_at, failures, last_error, cancel_requested, handed_over_at, dead_letter
FROM fax_search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ORDER BY
    CASE WHEN $21 THEN CASE $20::text WHEN 'Subject' THEN lower(subject) WHEN 'DestinationFax' THEN recipient
                                     WHEN 'UserID' THEN lower(user_name) WHEN 'ReplyEmail' THEN lower(reply_address) END END,
    CASE WHEN NOT $21 THEN CASE $20::text WHEN 'Subject' THEN lower(subject) WHEN 'DestinationFax' THEN recipient
                                         WHEN 'UserID' THEN lower(user_name) WHEN 'ReplyEmail' THEN lower(reply_address) END END DESC,
    CASE WHEN $21 THEN CASE $20::text WHEN 'SubmitTime' THEN created_at WHEN 'CompletionTime' THEN ended_at END END,
    CASE WHEN NOT $21 THEN CASE $20::text WHEN 'SubmitTime' THEN created_at WHEN 'CompletionTime' THEN ended_at END END DESC NULLS LAST,
    CASE WHEN $21 THEN CASE $20::text WHEN 'Status' THEN status WHEN 'PagesSent' THEN pages_sent END END,
    CASE WHEN NOT $21 THEN CASE $20::text WHEN 'Status' THEN status WHEN 'PagesSent' THEN pages_sent END END DESC,
    CASE WHEN $21 THEN id END,
    CASE WHEN NOT $21 THEN id END DESC
LIMIT $22 OFFSET $23
