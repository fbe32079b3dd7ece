-- Several deliveries: which one an account's faxes take, and what those that send over a network know of their attempts.

-- The delivery of the account's faxes; null = the gateway's setting.
ALTER TABLE account ADD COLUMN delivery text;

-- Whether it failed although nobody ever tried to send it: its delivery could not be reached for too long, or will not take
-- it. An operator has to look at it.
ALTER TABLE fax_transaction ADD COLUMN dead_letter boolean NOT NULL DEFAULT false;
ALTER TABLE fax_transaction ADD CONSTRAINT fax_transaction_dead_letter CHECK (NOT dead_letter OR outcome = 'failed');
CREATE INDEX fax_transaction_dead ON fax_transaction (id) WHERE dead_letter;

CREATE OR REPLACE VIEW fax_item AS
SELECT t.id, t.parent_id, t.account_id, t.submission_id, t.recipient, t.contact, t.hidden, t.trials, t.pages_sent, t.duration,
       t.remote_csid, t.ended_at, t.status_text,
       (SELECT count(*) FROM fax_transaction b WHERE b.parent_id = t.parent_id)::integer AS batch_size,
       coalesce(t.outcome, o.phase, 'waiting') AS state,
       -- The original service's numbers: 0 sent, above 0 failed, -2 ready, -3 sending or waiting to be sent again.
       CASE WHEN t.outcome IS NOT NULL THEN t.status_code
            WHEN o.phase = 'waiting' AND o.attempt = 1 THEN -2
            ELSE -3
       END AS status,
       s.user_name, s.subject, s.reply_address, s.sender_csid, s.page_header, s.job_id, s.page_size, s.landscape,
       s.high_resolution, s.fine_rendering, s.retries, s.postponed_until, s.created_at, s.resend_of, s.session_id, s.protocol,
       s.client_address,
       o.delivery, o.attempt, o.due_at, o.failures, o.last_error, o.cancel_requested, o.handed_over_at,
       t.dead_letter
FROM fax_transaction t
JOIN fax_submission s ON s.id = t.submission_id
LEFT JOIN fax_outbox o ON o.transaction_id = t.id;

-- What a delivery that sends over a network knows of an attempt, until it may forget it.
CREATE TABLE fax_attempt (
    delivery       text        NOT NULL,
    -- No reference to fax_transaction: the delivery decides when to forget, and a withdrawn attempt may be unknown there.
    transaction_id integer     NOT NULL,
    attempt        bigint      NOT NULL,
    -- Grows with every change: whoever changes it names the version on which that is based.
    version        bigint      NOT NULL DEFAULT 1,
    -- Offered: nothing was sent that has an effect. Submitting: that may have been sent. Taken: the other side has it.
    phase          text        NOT NULL DEFAULT 'offered'
                               CONSTRAINT fax_attempt_phase CHECK (phase IN ('offered', 'submitting', 'taken', 'withdrawn', 'ended')),
    -- Since when it has been in that phase.
    since          timestamptz NOT NULL DEFAULT now(),
    -- The other side's name for it, and which other side that is.
    reference      text        NOT NULL DEFAULT '',
    place          text        NOT NULL DEFAULT '',
    -- What the other side last said of it, for people.
    progress       text        NOT NULL DEFAULT '',
    -- How it ended: null code = it has not, 0 = sent.
    code           integer     CONSTRAINT fax_attempt_code CHECK (code >= 0),
    status_text    text        NOT NULL DEFAULT '',
    may_retry      boolean     NOT NULL DEFAULT false,
    refused        boolean     NOT NULL DEFAULT false,
    pages          integer     NOT NULL DEFAULT 0,
    -- Seconds.
    duration       integer     NOT NULL DEFAULT 0,
    remote_csid    text        NOT NULL DEFAULT '',
    CONSTRAINT fax_attempt_pkey PRIMARY KEY (delivery, transaction_id, attempt),
    CONSTRAINT fax_attempt_ended CHECK ((phase = 'ended') = (code IS NOT NULL))
);
