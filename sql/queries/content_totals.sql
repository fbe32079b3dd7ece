-- Open sessions, and the bytes that extents name.
SELECT (SELECT count(*) FROM upload_session WHERE state = 'open') AS open_sessions,
       (SELECT coalesce(sum(length), 0)::bigint FROM upload_extent) AS live_bytes
