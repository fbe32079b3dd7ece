-- Takes session $1 of account $2, complete or never closed by its client, if it has exactly $30 bytes, and queues its
-- documents of $3 bytes for every recipient. No row: it could not be taken, or this process is not registered any more.
--
-- $4 user  $5 protocol  $6 client address  $7 fingerprint  $8 boot
-- $9 subject  $10 reply address  $11 sender's CSID  $12 page header  $13 job id  $14 page size  $15 landscape
-- $16 high resolution  $17 fine rendering  $18 retries  $19 postponed until (null = now)
-- $20 types  $21 lengths (arrays, one entry a document)
-- $22 recipients  $23 contacts  $24 are numbers that can be dialled (arrays, one entry a recipient)
-- $25 delivery  $26 code and $27 text of a number that cannot be dialled  $28 token
-- $29 whether the delivery holds postponed faxes itself, and gets them at once
-- $31 where extents are placed anew, because chunks in doubt are dropped or put back (null = nowhere): those from there on
-- stay only as $32 old positions go to $33 new positions (arrays) say
WITH taken AS (
    UPDATE upload_session
    SET state = 'consumed', ended_at = now(), kept_since = now(), received = $3
    WHERE id = $1 AND account_id = $2 AND state IN ('open', 'complete') AND expires_at > (SELECT at FROM steady_time) AND received = $30
      AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $8 AND b.ended_at IS NULL)
    RETURNING id
), decided AS (
    DELETE FROM upload_doubt d USING taken WHERE d.session_id = taken.id
), lifted AS (
    -- The session still has as many bytes as when the places were chosen, so these are the extents that were seen then.
    DELETE FROM upload_extent e USING taken
    WHERE e.session_id = taken.id AND e.position >= $31
    RETURNING e.session_id, e.position, e.length, e.store_id, e.segment, e.segment_offset, e.checksum
), placed AS (
    INSERT INTO upload_extent (session_id, position, length, store_id, segment, segment_offset, checksum)
    SELECT l.session_id, m.new_position, l.length, l.store_id, l.segment, l.segment_offset, l.checksum
    FROM unnest($32::bigint[], $33::bigint[]) AS m (old_position, new_position)
    JOIN lifted l ON l.position = m.old_position
    -- All are lifted before the first is placed: it may get the position of another.
    WHERE (SELECT count(*) FROM lifted) > 0
), submission AS (
    INSERT INTO fax_submission (account_id, user_name, protocol, client_address, session_id, fingerprint, boot, token, subject,
                                reply_address, sender_csid, page_header, job_id, page_size, landscape, high_resolution,
                                fine_rendering, retries, postponed_until)
    SELECT $2, $4, $5, $6, taken.id, $7, $8, $28, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
    FROM taken
    RETURNING id, postponed_until
), documents AS (
    INSERT INTO fax_document (submission_id, ordinal, kind, length)
    SELECT submission.id, d.ordinal, d.kind, d.length
    FROM submission, unnest($20::text[], $21::bigint[]) WITH ORDINALITY AS d (kind, length, ordinal)
), numbered AS MATERIALIZED (
    SELECT nextval('fax_transaction_id')::integer AS id, r.recipient, r.contact, r.is_valid
    FROM (
        SELECT recipient, contact, is_valid
        FROM submission, unnest($22::text[], $23::text[], $24::boolean[]) WITH ORDINALITY AS l (recipient, contact, is_valid, ordinal)
        ORDER BY ordinal
    ) r
), transactions AS (
    INSERT INTO fax_transaction (id, parent_id, submission_id, account_id, recipient, contact, outcome, status_code,
                                 status_text, ended_at)
    SELECT n.id, (SELECT min(id) FROM numbered), submission.id, $2, n.recipient, n.contact,
           CASE WHEN NOT n.is_valid THEN 'failed' END,
           CASE WHEN n.is_valid THEN 0 ELSE $26::integer END,
           CASE WHEN n.is_valid THEN '' ELSE $27::text END,
           CASE WHEN NOT n.is_valid THEN now() END
    FROM numbered n, submission
), queued AS (
    INSERT INTO fax_outbox (transaction_id, delivery, due_at, queued_at)
    SELECT n.id, $25, CASE WHEN $29 THEN now() ELSE greatest(now(), submission.postponed_until) END,
           greatest(now(), submission.postponed_until)
    FROM numbered n, submission
    WHERE n.is_valid
)
SELECT submission.id, (SELECT min(id) FROM numbered) AS parent_id FROM submission
