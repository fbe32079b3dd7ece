-- Accounts, upload sessions and the extents in which their bytes lie.

-- A content store that extents may name. The local journal keeps its id in its directory too, and
-- a gateway refuses to start when the two differ.
CREATE TABLE content_store (
    id         uuid        CONSTRAINT content_store_pkey PRIMARY KEY,
    kind       text        NOT NULL CONSTRAINT content_store_kind CHECK (kind IN ('journal')),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row for each gateway process that runs, or has ended well. A row that is gone makes the last append of
-- every session it wrote suspect: that process may have died before it answered.
CREATE TABLE gateway_boot (
    id         uuid        CONSTRAINT gateway_boot_pkey PRIMARY KEY,
    store_id   uuid        NOT NULL CONSTRAINT gateway_boot_store REFERENCES content_store,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);

CREATE TABLE account (
    id                bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT account_pkey PRIMARY KEY,
    name              text        NOT NULL CONSTRAINT account_name_length CHECK (char_length(name) BETWEEN 1 AND 128),
    -- The name in lower case: names are compared without regard to case.
    name_key          text        NOT NULL CONSTRAINT account_name_key UNIQUE,
    password_hash     text        NOT NULL,
    enabled           boolean     NOT NULL DEFAULT true,
    is_primary        boolean     NOT NULL DEFAULT true,
    fax_service       boolean     NOT NULL DEFAULT true,
    switch_group      text        NOT NULL DEFAULT '',
    -- Networks (CIDR) from which the account may log in; empty = anywhere.
    allowed_networks  text[]      NOT NULL DEFAULT '{}',
    -- The account's own limits, in bytes, sessions and seconds; null = the gateway's setting.
    max_chunk         bigint      CONSTRAINT account_max_chunk CHECK (max_chunk > 0),
    max_total         bigint      CONSTRAINT account_max_total CHECK (max_total > 0),
    max_open_sessions integer     CONSTRAINT account_max_open_sessions CHECK (max_open_sessions >= 0),
    session_timeout   integer     CONSTRAINT account_session_timeout CHECK (session_timeout > 0),
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE upload_session (
    id             bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT upload_session_pkey PRIMARY KEY,
    -- SHA-256 of the SessionID the client holds; the SessionID itself is stored nowhere.
    session_key    bytea       NOT NULL CONSTRAINT upload_session_key UNIQUE
                               CONSTRAINT upload_session_key_length CHECK (octet_length(session_key) = 32),
    account_id     bigint      CONSTRAINT upload_session_account REFERENCES account ON DELETE SET NULL,
    protocol       text        NOT NULL,
    client_address text        NOT NULL,
    state          text        NOT NULL DEFAULT 'open'
                               CONSTRAINT upload_session_state
                               CHECK (state IN ('open', 'complete', 'consumed', 'cancelled', 'expired')),
    -- The limits that hold for this session, fixed when it starts: bytes, bytes, seconds.
    max_chunk      bigint      NOT NULL,
    max_total      bigint      NOT NULL,
    timeout        integer     NOT NULL,
    received       bigint      NOT NULL DEFAULT 0
                               CONSTRAINT upload_session_received CHECK (received BETWEEN 0 AND max_total),
    appends        bigint      NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    -- Raised when the outcome of a commit had to be looked up: a statement that carries an older
    -- fence and arrives after that changes nothing.
    fence          bigint      NOT NULL DEFAULT 0,
    -- The last append, to recognise it when a client that lost the answer sends it again.
    last_boot      uuid,
    last_length    bigint,
    last_digest    bytea       CONSTRAINT upload_session_digest_length CHECK (octet_length(last_digest) = 16),
    last_is_last   boolean,
    last_suspect   boolean     NOT NULL DEFAULT false,
    CONSTRAINT upload_session_ended CHECK ((ended_at IS NULL) = (state IN ('open', 'complete'))),
    CONSTRAINT upload_session_owner CHECK (account_id IS NOT NULL OR ended_at IS NOT NULL)
) WITH (fillfactor = 70);

-- No index names a column that an append changes each time, so that appends stay HOT updates.
CREATE INDEX upload_session_expiry ON upload_session (expires_at) WHERE state IN ('open', 'complete');
CREATE INDEX upload_session_retention ON upload_session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX upload_session_open ON upload_session (account_id) WHERE state = 'open';

CREATE TABLE upload_extent (
    session_id     bigint  NOT NULL CONSTRAINT upload_extent_session REFERENCES upload_session ON DELETE CASCADE,
    -- Where in the upload the first byte belongs; the primary key is what keeps a byte from being stored twice.
    position       bigint  NOT NULL CONSTRAINT upload_extent_position CHECK (position >= 0),
    length         integer NOT NULL CONSTRAINT upload_extent_length CHECK (length > 0),
    -- No foreign key: every append would share-lock the one row of its store.
    store_id       uuid    NOT NULL,
    segment        bigint  NOT NULL,
    segment_offset bigint  NOT NULL,
    -- XXH3-128 of the bytes, big endian.
    checksum       bytea   NOT NULL CONSTRAINT upload_extent_checksum CHECK (octet_length(checksum) = 16),
    CONSTRAINT upload_extent_pkey PRIMARY KEY (session_id, position)
);

CREATE INDEX upload_extent_segment ON upload_extent (store_id, segment);

-- The bytes of a session that nobody will read are given up by the transaction that ends it. By a trigger, since
-- its statement sees the extents of an append for whose commit the session's row was waited for; the statement
-- that ends the session does not.
CREATE FUNCTION upload_session_give_up_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM upload_extent WHERE session_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER upload_session_given_up AFTER UPDATE OF state ON upload_session
    FOR EACH ROW WHEN (NEW.state IN ('cancelled', 'expired'))
    EXECUTE FUNCTION upload_session_give_up_bytes();
