-- Sends transaction $1 once more, which has failed or was cancelled and whose documents are kept, by delivery $2. Returns its
-- attempt, which has a number that no delivery has seen.
WITH kept AS (
    UPDATE upload_session u
    SET kept_since = now()
    FROM fax_transaction t
    JOIN fax_submission f ON f.id = t.submission_id
    WHERE t.id = $1 AND t.outcome IN ('failed', 'cancelled') AND u.id = f.session_id AND u.kept_since IS NOT NULL
    RETURNING t.id
), again AS (
    UPDATE fax_transaction t
    SET outcome = NULL, status_code = 0, status_text = '', pages_sent = 0, duration = 0, remote_csid = '', dead_letter = false, ended_at = NULL
    FROM kept
    WHERE t.id = kept.id AND t.outcome IN ('failed', 'cancelled')
    RETURNING t.id, t.last_attempt
)
INSERT INTO fax_outbox (transaction_id, delivery, attempt, due_at, queued_at)
SELECT again.id, $2, again.last_attempt + 1, now(), now() FROM again
RETURNING transaction_id, attempt
