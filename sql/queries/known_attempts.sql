-- What delivery $1 knows of the attempts $3 of the transactions $2 (arrays, side by side).
SELECT f.transaction_id, f.attempt, f.version, f.phase, f.reference, f.place, f.progress, f.code, f.status_text, f.may_retry,
       f.refused, f.pages, f.duration, f.remote_csid, extract(epoch FROM now() - f.since)::double precision AS age
FROM unnest($2::integer[], $3::bigint[]) AS a (transaction_id, attempt)
JOIN fax_attempt f ON f.delivery = $1 AND f.transaction_id = a.transaction_id AND f.attempt = a.attempt
ORDER BY f.transaction_id, f.attempt
