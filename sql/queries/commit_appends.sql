-- Commits a group of appends, at most one for a session. Returns those that were committed.
--
-- $1 sessions  $2 lengths  $3 digests  $4 is last  $5 fences
-- $6 if it equals the append before, it is the next bytes, provided that process $7 gave the answer to that one
-- $16 if it equals the append before, it is stored with a doubt, provided that there were exactly so many appends, or null
-- (arrays, one entry an append)
-- $7 boot  $8 switch group
-- $9 sessions  $10 offsets in the append  $11 lengths  $12 segments  $13 offsets in the segment  $14 checksums
-- (arrays, one entry an extent)  $15 store  $17 doubts that a session may have
WITH input AS (
    SELECT *
    FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::boolean[], $5::bigint[], $6::boolean[], $16::bigint[])
        AS i (session_id, length, digest, is_last, fence, is_next, doubtful_after)
), locked AS MATERIALIZED (
    -- In id order, whatever the group's order: two overlapping groups would deadlock otherwise.
    SELECT id FROM upload_session WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
), appended AS (
    UPDATE upload_session s
    SET received     = s.received + i.length,
        appends      = s.appends + 1,
        state        = CASE WHEN i.is_last THEN 'complete' ELSE s.state END,
        -- Moved only when it is five minutes or a tenth of the time-out stale, since it is indexed.
        expires_at   = CASE WHEN i.is_last OR s.expires_at < (SELECT at FROM steady_time) + make_interval(secs => s.timeout - least(300, s.timeout / 10))
                            THEN (SELECT at FROM steady_time) + make_interval(secs => s.timeout)
                            ELSE s.expires_at END,
        last_boot    = $7,
        last_length  = i.length,
        last_digest  = i.digest,
        last_is_last = i.is_last,
        last_suspect = false
    FROM input i, locked l, account a
    WHERE l.id = s.id
      AND i.session_id = s.id
      AND a.id = s.account_id
      AND s.state = 'open'
      AND s.expires_at > (SELECT at FROM steady_time)
      AND s.fence = i.fence
      AND i.length BETWEEN 1 AND s.max_chunk
      -- Bytes in doubt do not count, but there are never more of them than of all others.
      AND (s.received + i.length <= s.max_total
           OR s.received + i.length <= 2 * s.max_total
              AND s.received + i.length
                  - (SELECT coalesce(sum(d.length), 0) FROM upload_doubt d WHERE d.session_id = s.id AND d.stored)
                  - CASE WHEN i.doubtful_after IS NULL THEN 0 ELSE i.length END <= s.max_total)
      AND a.enabled AND a.switch_group = $8 AND a.fax_service AND a.is_primary
      -- Whoever runs on a copy of the content store after another gateway has taken its place changes nothing.
      AND EXISTS (SELECT FROM gateway_boot b WHERE b.id = $7 AND b.ended_at IS NULL)
      -- The append before, or one that equals it: which of the two is decided before.
      AND (s.last_length IS DISTINCT FROM i.length
           OR s.last_digest IS DISTINCT FROM i.digest
           OR s.last_is_last IS DISTINCT FROM i.is_last
           OR i.is_next AND s.last_boot = $7
           OR i.doubtful_after = s.appends)
    RETURNING s.id, s.received, i.length, i.doubtful_after IS NOT NULL AS is_doubtful
), stored AS (
    INSERT INTO upload_extent (session_id, position, length, store_id, segment, segment_offset, checksum)
    SELECT appended.id, appended.received - appended.length + e.relative, e.length, $15, e.segment, e.segment_offset, e.checksum
    FROM unnest($9::bigint[], $10::bigint[], $11::integer[], $12::bigint[], $13::bigint[], $14::bytea[])
        AS e (session_id, relative, length, segment, segment_offset, checksum)
    JOIN appended ON appended.id = e.session_id
), noted AS (
    INSERT INTO upload_doubt (session_id, position, length, stored)
    SELECT id, received - length, length, true
    FROM appended
    WHERE is_doubtful AND (SELECT count(*) FROM upload_doubt d WHERE d.session_id = appended.id) < $17
)
SELECT id, received FROM appended
