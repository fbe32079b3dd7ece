-- Queues the documents of submission $1 of account $2 once more, for other recipients. No row: they are dropped, or there is
-- a submission with this token already, or this process is not registered any more.
--
-- $3 client address  $4 fingerprint  $5 boot  $6 subject (null = as it was)  $7 transaction or batch that is sent again
-- $8 recipients  $9 contacts  $10 are numbers that can be dialled (arrays, one entry a recipient)
-- $11 delivery  $12 code and $13 text of a number that cannot be dialled  $14 token
WITH kept AS (
    -- Changes the row, so that whoever is about to drop the documents looks again.
    UPDATE upload_session u
    SET kept_since = now()
    FROM fax_submission f
    WHERE f.id = $1 AND f.account_id = $2 AND u.id = f.session_id AND u.kept_since IS NOT NULL
      AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $5 AND b.ended_at IS NULL)
    RETURNING u.id
), submission AS (
    INSERT INTO fax_submission (account_id, user_name, protocol, client_address, session_id, fingerprint, boot, token, resend_of,
                                subject, reply_address, sender_csid, page_header, job_id, page_size, landscape,
                                high_resolution, fine_rendering, retries)
    SELECT f.account_id, f.user_name, f.protocol, $3, kept.id, $4, $5, $14, $7, coalesce($6, f.subject), f.reply_address,
           f.sender_csid, f.page_header, f.job_id, f.page_size, f.landscape, f.high_resolution, f.fine_rendering, f.retries
    FROM fax_submission f, kept
    WHERE f.id = $1
    ON CONFLICT (token) DO NOTHING
    RETURNING id
), documents AS (
    INSERT INTO fax_document (submission_id, ordinal, kind, length)
    SELECT submission.id, d.ordinal, d.kind, d.length
    FROM submission, fax_document d
    WHERE d.submission_id = $1
), numbered AS MATERIALIZED (
    SELECT nextval('fax_transaction_id')::integer AS id, r.recipient, r.contact, r.is_valid
    FROM (
        SELECT recipient, contact, is_valid
        FROM submission, unnest($8::text[], $9::text[], $10::boolean[]) WITH ORDINALITY AS l (recipient, contact, is_valid, ordinal)
        ORDER BY ordinal
    ) r
), transactions AS (
    INSERT INTO fax_transaction (id, parent_id, submission_id, account_id, recipient, contact, outcome, status_code,
                                 status_text, ended_at)
    SELECT n.id, (SELECT min(id) FROM numbered), submission.id, $2, n.recipient, n.contact,
           CASE WHEN NOT n.is_valid THEN 'failed' END,
           CASE WHEN n.is_valid THEN 0 ELSE $12::integer END,
           CASE WHEN n.is_valid THEN '' ELSE $13::text END,
           CASE WHEN NOT n.is_valid THEN now() END
    FROM numbered n, submission
), queued AS (
    INSERT INTO fax_outbox (transaction_id, delivery, due_at, queued_at)
    SELECT n.id, $11, now(), now() FROM numbered n WHERE n.is_valid
)
SELECT submission.id, (SELECT min(id) FROM numbered) AS parent_id FROM submission
