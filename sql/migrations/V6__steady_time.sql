-- A clock that jumps deletes nothing, and what expires can be brought back for a while.

-- What gateways have seen of this database's clock; one row.
CREATE TABLE gateway_clock (
    one         boolean          NOT NULL DEFAULT true CONSTRAINT gateway_clock_pkey PRIMARY KEY
                                 CONSTRAINT gateway_clock_one CHECK (one),
    -- What it showed at the last look; null: none yet.
    seen_at     timestamptz,
    -- Which start of the gateway's machine that was in, and how many seconds after it.
    host_boot   text             NOT NULL DEFAULT '',
    host_uptime double precision NOT NULL DEFAULT 0,
    -- Seconds by which it has jumped forward and is not believed, and for how many it has not been.
    held_back   double precision NOT NULL DEFAULT 0 CONSTRAINT gateway_clock_held_back CHECK (held_back >= 0),
    held_for    double precision NOT NULL DEFAULT 0
);
INSERT INTO gateway_clock DEFAULT VALUES;

-- The time by which sessions expire and whatever is old is deleted: the clock's, less its jumps. A jump that nobody has
-- seen yet moves it by half a minute at most.
CREATE VIEW steady_time AS
SELECT least(now(), seen_at + interval '30 seconds') - make_interval(secs => held_back) AS at FROM gateway_clock;

-- Since when the bytes of a session that has ended unfaxed wait to be dropped; until then it can be brought back. Null: there
-- is nothing to drop.
ALTER TABLE upload_session ADD COLUMN undelete_since timestamptz
    CONSTRAINT upload_session_undelete CHECK (undelete_since IS NULL OR state IN ('cancelled', 'expired'));
CREATE INDEX upload_session_undelete ON upload_session (undelete_since) WHERE undelete_since IS NOT NULL;

-- Bytes that nobody can bring back are given up at once, as before (V1).
DROP TRIGGER upload_session_given_up ON upload_session;
CREATE TRIGGER upload_session_given_up AFTER UPDATE OF state ON upload_session
    FOR EACH ROW WHEN (NEW.state IN ('cancelled', 'expired') AND NEW.undelete_since IS NULL)
    EXECUTE FUNCTION upload_session_give_up_bytes();

-- The bytes an account may hold in uploads that no fax has used yet; null = the gateway's setting.
ALTER TABLE account ADD COLUMN max_open_bytes bigint CONSTRAINT account_max_open_bytes CHECK (max_open_bytes > 0);

-- For those, and for the open ones among them. No column that an append changes each time.
CREATE INDEX upload_session_held ON upload_session (account_id) WHERE state IN ('open', 'complete');
DROP INDEX upload_session_open;
