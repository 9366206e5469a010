-- New rows are checked from now on; the old ones without holding the table.
ALTER TABLE shop.customers ADD CONSTRAINT chk_phone_format CHECK (phone_number ~ '^[+]?[1-9][0-9]{1,14}$') NOT VALID;
ALTER TABLE shop.customers VALIDATE CONSTRAINT chk_phone_format;
