-- How a database and a content store recognise each other when either was restored, made anew or mixed up.

-- The database and the store's directory bear the same mark, a new one each time appends were committed since the last.
-- The database has it first, so a directory with the mark before it belongs to it, too. Zero: none yet.
ALTER TABLE content_store ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE content_store ADD COLUMN mark uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE content_store ADD COLUMN mark_before uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';

-- Segments up to this one may hold documents that were acknowledged by a database that this one does not know of, or a
-- younger copy of it. They are not reclaimed until an operator releases them.
ALTER TABLE content_store ADD COLUMN kept_to bigint NOT NULL DEFAULT 0;

-- Segments that extents name and that are gone, as an operator has accepted.
ALTER TABLE content_store ADD COLUMN lost_segments bigint[] NOT NULL DEFAULT '{}';

-- Since when another store has its place.
ALTER TABLE content_store ADD COLUMN replaced_at timestamptz;
