-- Chunks that a client may have sent twice. What decides about them comes later: the lengths of the documents, at submission.

-- Chunks equal to the one right before them of which nobody can say whether they are data or that one sent again.
CREATE TABLE upload_doubt (
    id         bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT upload_doubt_pkey PRIMARY KEY,
    session_id bigint  NOT NULL CONSTRAINT upload_doubt_session REFERENCES upload_session ON DELETE CASCADE,
    -- Stored: where the chunk begins. Left out: where it would have begun, which is where the equal chunk before it ends.
    position   bigint  NOT NULL CONSTRAINT upload_doubt_position CHECK (position > 0),
    length     bigint  NOT NULL CONSTRAINT upload_doubt_length CHECK (length > 0),
    -- Counted in the session's `received`, with extents of its own; or left out: its bytes are those of
    -- [position - length, position).
    stored     boolean NOT NULL,
    CONSTRAINT upload_doubt_twin CHECK (position >= length)
);

CREATE INDEX upload_doubt_of_session ON upload_doubt (session_id);

-- Bytes in doubt do not count against the session's limit (the statement that commits sees to that), or a full-size
-- upload would fail for one chunk that came twice; but there are never more of them than of all others.
ALTER TABLE upload_session DROP CONSTRAINT upload_session_received;
ALTER TABLE upload_session ADD CONSTRAINT upload_session_received CHECK (received >= 0 AND received - max_total <= max_total);

-- Doubts go with the bytes (V1).
CREATE OR REPLACE FUNCTION upload_session_give_up_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM upload_extent WHERE session_id = NEW.id;
    DELETE FROM upload_doubt WHERE session_id = NEW.id;
    RETURN NULL;
END
$$;

-- An equal submission is the same one again whatever is known of the answer.
ALTER TABLE fax_submission DROP COLUMN suspect;
