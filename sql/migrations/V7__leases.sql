-- The process (`gateway_boot.id`) that leased a fax; none: a command, or a gateway of before. Without it, the next gateway could
-- not tell a lease whose holder is dead, and would wait for its end.
ALTER TABLE fax_outbox ADD COLUMN lease_boot uuid;
