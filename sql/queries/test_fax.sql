-- Records a fax with which an operator tests a delivery: user $1, recipient $2, type $3 and length $4 of its one document,
-- delivery $5. It is in the hands of lease $6 for $7 seconds; nobody else has its document. $8 token  $9 fingerprint
WITH submission AS (
    INSERT INTO fax_submission (user_name, protocol, client_address, fingerprint, token, boot, subject, page_size, landscape,
                                high_resolution, fine_rendering, retries)
    VALUES ($1, 'test', '127.0.0.1', $9, $8, $8, 'Test of delivery ' || $5, 'A4', false, true, false, 0)
    RETURNING id
), documents AS (
    INSERT INTO fax_document (submission_id, ordinal, kind, length)
    SELECT submission.id, 1, $3, $4 FROM submission
), numbered AS MATERIALIZED (
    SELECT nextval('fax_transaction_id')::integer AS id
), transactions AS (
    INSERT INTO fax_transaction (id, parent_id, submission_id, recipient)
    SELECT n.id, n.id, submission.id, $2 FROM numbered n, submission
), queued AS (
    INSERT INTO fax_outbox (transaction_id, delivery, phase, due_at, lease, queued_at)
    SELECT n.id, $5, 'delivering', now() + make_interval(secs => $7), $6, now() FROM numbered n, submission
)
SELECT id FROM numbered
