-- The view reads the column; the repeatable script makes it anew when it is back.
DROP VIEW IF EXISTS shop.customer_summary;
ALTER TABLE shop.customers DROP COLUMN phone_number;
