-- Whether process $1 is registered as a gateway and has not ended: a row, or none.
SELECT FROM gateway_boot WHERE id = $1 AND ended_at IS NULL
