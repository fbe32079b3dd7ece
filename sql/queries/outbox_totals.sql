-- How many transactions are in each phase, and for how many seconds the oldest of them has been due.
SELECT delivery, phase, count(*) AS count,
       coalesce(extract(epoch FROM now() - min(queued_at)), 0)::double precision AS oldest
FROM fax_outbox
WHERE queued_at <= now()
GROUP BY delivery, phase
