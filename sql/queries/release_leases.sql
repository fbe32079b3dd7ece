-- Makes due what gateways before this one were doing with faxes, for a gateway that knows that all of them are dead. What a
-- command does with one (`delivery test`) is not touched: it may still run.
UPDATE fax_outbox SET due_at = now() WHERE lease IS NOT NULL AND lease_boot IS NOT NULL AND due_at > now()
