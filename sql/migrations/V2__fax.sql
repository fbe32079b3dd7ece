-- Fax submissions, their transactions, and the outbox from which they are delivered.

-- Since when an upload's bytes have been kept for faxes: when a submission, or the last one that sends its
-- documents again, took it. Null: no fax needs them (any more).
ALTER TABLE upload_session ADD COLUMN kept_since timestamptz;
CREATE INDEX upload_session_kept ON upload_session (kept_since) WHERE kept_since IS NOT NULL;

-- What one call asked for: documents, recipients, options. Its rows are written in the transaction that takes the upload.
CREATE TABLE fax_submission (
    id              bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT fax_submission_pkey PRIMARY KEY,
    account_id      bigint      CONSTRAINT fax_submission_account REFERENCES account ON DELETE SET NULL,
    -- The account's name at that time.
    user_name       text        NOT NULL,
    protocol        text        NOT NULL,
    client_address  text        NOT NULL,
    -- The upload in which the documents lie; null when its row is past its retention.
    session_id      bigint      CONSTRAINT fax_submission_session REFERENCES upload_session ON DELETE SET NULL,
    -- SHA-256 of the account and everything it asked for: the same call sent again has the same.
    fingerprint     bytea       NOT NULL CONSTRAINT fax_submission_fingerprint_length CHECK (octet_length(fingerprint) = 32),
    -- Under which it is recorded: a statement that is sent again, because nobody knows what became of it, has no second
    -- effect.
    token           uuid        NOT NULL CONSTRAINT fax_submission_token UNIQUE,
    -- The process that answered, and whether that answer is known not to have arrived.
    boot            uuid        NOT NULL,
    suspect         boolean     NOT NULL DEFAULT false,
    -- The transaction or batch whose documents are sent again.
    resend_of       integer,
    subject         text        NOT NULL DEFAULT '',
    reply_address   text        NOT NULL DEFAULT '',
    sender_csid     text        NOT NULL DEFAULT '',
    page_header     text        NOT NULL DEFAULT '',
    job_id          text        NOT NULL DEFAULT '',
    page_size       text        NOT NULL CONSTRAINT fax_submission_page_size CHECK (page_size IN ('A4', 'Letter', 'Legal', 'B4')),
    landscape       boolean     NOT NULL,
    high_resolution boolean     NOT NULL,
    fine_rendering  boolean     NOT NULL,
    retries         integer     NOT NULL CONSTRAINT fax_submission_retries CHECK (retries >= 0),
    postponed_until timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX fax_submission_repeated ON fax_submission (account_id, fingerprint, id);
CREATE INDEX fax_submission_upload ON fax_submission (session_id);
CREATE INDEX fax_submission_age ON fax_submission (created_at);
CREATE INDEX fax_submission_resent ON fax_submission (resend_of) WHERE resend_of IS NOT NULL;

-- The documents of a submission, one after another in its upload.
CREATE TABLE fax_document (
    submission_id bigint   NOT NULL CONSTRAINT fax_document_submission REFERENCES fax_submission ON DELETE CASCADE,
    ordinal       integer  NOT NULL,
    -- Its type as the client named it, in upper case: PDF, TIF.
    kind          text     NOT NULL,
    length        bigint   NOT NULL CONSTRAINT fax_document_length CHECK (length > 0),
    CONSTRAINT fax_document_pkey PRIMARY KEY (submission_id, ordinal)
);

-- Ids have to fit clients' signed 32-bit numbers, and 999999999 stands for "all" in their queries.
CREATE SEQUENCE fax_transaction_id AS integer MINVALUE 1 MAXVALUE 999999998;

-- A fax to one recipient.
CREATE TABLE fax_transaction (
    id            integer     CONSTRAINT fax_transaction_pkey PRIMARY KEY,
    -- The first transaction of its batch; its own id if there is but one.
    parent_id     integer     NOT NULL,
    submission_id bigint      NOT NULL CONSTRAINT fax_transaction_submission REFERENCES fax_submission ON DELETE CASCADE,
    account_id    bigint      CONSTRAINT fax_transaction_account REFERENCES account ON DELETE SET NULL,
    recipient     text        NOT NULL,
    contact       text        NOT NULL DEFAULT '',
    hidden        boolean     NOT NULL DEFAULT false,
    -- Attempts that a delivery has accepted.
    trials        integer     NOT NULL DEFAULT 0,
    -- The greatest number of an attempt when it was last in the outbox; queued once more it gets the next one, so that no
    -- delivery, whatever it has seen, takes it for an earlier transmission.
    last_attempt  integer     NOT NULL DEFAULT 0,
    -- How it ended; null while it is under way, and as long as its row in the outbox is there.
    outcome       text        CONSTRAINT fax_transaction_outcome CHECK (outcome IN ('sent', 'failed', 'cancelled')),
    status_code   integer     NOT NULL DEFAULT 0,
    status_text   text        NOT NULL DEFAULT '',
    pages_sent    integer     NOT NULL DEFAULT 0 CONSTRAINT fax_transaction_pages CHECK (pages_sent >= 0),
    -- Seconds.
    duration      integer     NOT NULL DEFAULT 0 CONSTRAINT fax_transaction_duration CHECK (duration >= 0),
    remote_csid   text        NOT NULL DEFAULT '',
    ended_at      timestamptz,
    CONSTRAINT fax_transaction_ended CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT fax_transaction_code CHECK ((status_code > 0) = (outcome IS NOT NULL AND outcome <> 'sent'))
);

ALTER SEQUENCE fax_transaction_id OWNED BY fax_transaction.id;

CREATE INDEX fax_transaction_of_account ON fax_transaction (account_id, id) INCLUDE (hidden);
CREATE INDEX fax_transaction_under_way ON fax_transaction (account_id, id) WHERE ended_at IS NULL;
CREATE INDEX fax_transaction_batch ON fax_transaction (parent_id, id);
CREATE INDEX fax_transaction_of_submission ON fax_transaction (submission_id);

-- What is still to be done for the transactions that are under way, one row each. Small and busy; gone with the outcome.
CREATE TABLE fax_outbox (
    transaction_id   integer     CONSTRAINT fax_outbox_pkey PRIMARY KEY
                                 CONSTRAINT fax_outbox_transaction REFERENCES fax_transaction ON DELETE CASCADE,
    -- The delivery it goes to.
    delivery         text        NOT NULL,
    phase            text        NOT NULL DEFAULT 'waiting'
                                 CONSTRAINT fax_outbox_phase CHECK (phase IN ('waiting', 'delivering', 'handed_over')),
    -- Which transmission this is, from 1. It changes only when the outcome of the one before is known, so that
    -- handing over the same one again can be recognised.
    attempt          integer     NOT NULL DEFAULT 1,
    -- Waiting: when it is to be handed over. Delivering: when the lease ends. Handed over: when an outcome is overdue.
    due_at           timestamptz NOT NULL,
    -- Whoever hands it over; only the holder of the lease may say how that went.
    lease            uuid,
    -- Hand-overs of this attempt that failed one after another, and why the last did.
    failures         integer     NOT NULL DEFAULT 0,
    last_error       text        NOT NULL DEFAULT '',
    cancel_requested boolean     NOT NULL DEFAULT false,
    queued_at        timestamptz NOT NULL,
    handed_over_at   timestamptz
) WITH (fillfactor = 70);

CREATE INDEX fax_outbox_due ON fax_outbox (due_at);

-- A transaction as its readers see it.
CREATE VIEW fax_item AS
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
       o.delivery, o.attempt, o.due_at, o.failures, o.last_error, o.cancel_requested, o.handed_over_at
FROM fax_transaction t
JOIN fax_submission s ON s.id = t.submission_id
LEFT JOIN fax_outbox o ON o.transaction_id = t.id;

-- By itself, so that the function below has no subquery, and is put in place instead of called.
CREATE FUNCTION fax_lower(texts text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(lower(t)) FROM unnest(texts) AS t
$$;

-- Whether a text meets a condition of a query: the comparison's name and what it compares with. Texts compare without
-- regard to case; numbers as numbers, and a text that is none of them meets nothing.
CREATE FUNCTION fax_text_meets(value text, verb text, data text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE verb
        WHEN 'Equals' THEN lower(value) = lower(data[1])
        WHEN 'NotEquals' THEN lower(value) <> lower(data[1])
        WHEN 'GreaterThan' THEN lower(value) > lower(data[1])
        WHEN 'GreaterOrEqual' THEN lower(value) >= lower(data[1])
        WHEN 'LessThan' THEN lower(value) < lower(data[1])
        WHEN 'LessOrEqual' THEN lower(value) <= lower(data[1])
        WHEN 'Like' THEN lower(value) LIKE lower(data[1])
        WHEN 'IncludedIn' THEN lower(value) = ANY (fax_lower(data))
        WHEN 'Between' THEN lower(value) BETWEEN lower(data[1]) AND lower(data[2])
        WHEN 'Missing' THEN value = ''
        WHEN 'Exists' THEN value <> ''
        ELSE true
    END
$$;

CREATE FUNCTION fax_number_meets(value bigint, verb text, data bigint[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE verb
        WHEN 'Equals' THEN value = data[1]
        WHEN 'NotEquals' THEN value <> data[1]
        WHEN 'GreaterThan' THEN value > data[1]
        WHEN 'GreaterOrEqual' THEN value >= data[1]
        WHEN 'LessThan' THEN value < data[1]
        WHEN 'LessOrEqual' THEN value <= data[1]
        WHEN 'IncludedIn' THEN value = ANY (data)
        WHEN 'Between' THEN value BETWEEN data[1] AND data[2]
        ELSE true
    END
$$;

-- The transactions of an account that meet all conditions. Each condition is a comparison (null = none) and what it
-- compares with; see the functions above, which are not called for nothing a million times. Times are null where they do not
-- matter.
CREATE FUNCTION fax_search(
    account bigint,
    subject_verb text, subject_data text[],
    recipient_verb text, recipient_data text[],
    user_verb text, user_data text[],
    reply_verb text, reply_data text[],
    id_verb text, id_data bigint[],
    parent_verb text, parent_data bigint[],
    status_verb text, status_data bigint[],
    submitted_from timestamptz, submitted_to timestamptz,
    with_hidden boolean,
    only_parents boolean
) RETURNS SETOF fax_item LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT i.*
    FROM fax_item i
    WHERE i.account_id = account
      AND (with_hidden OR NOT i.hidden)
      AND (NOT only_parents OR i.id = i.parent_id)
      AND (submitted_from IS NULL OR i.created_at >= submitted_from)
      AND (submitted_to IS NULL OR i.created_at <= submitted_to)
      AND (subject_verb IS NULL OR fax_text_meets(i.subject, subject_verb, subject_data))
      AND (recipient_verb IS NULL OR fax_text_meets(i.recipient, recipient_verb, recipient_data))
      AND (user_verb IS NULL OR fax_text_meets(i.user_name, user_verb, user_data))
      AND (reply_verb IS NULL OR fax_text_meets(i.reply_address, reply_verb, reply_data))
      AND (id_verb IS NULL OR fax_number_meets(i.id, id_verb, id_data))
      AND (parent_verb IS NULL OR fax_number_meets(i.parent_id, parent_verb, parent_data))
      AND (status_verb IS NULL OR fax_number_meets(i.status, status_verb, status_data))
$$;
