-- What the clock shows now, and what is known of it.
SELECT clock_timestamp() AS at, seen_at, host_boot, host_uptime, held_back, held_for FROM gateway_clock
