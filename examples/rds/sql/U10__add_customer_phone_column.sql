-- The view reads the column; the repeatable script makes it anew when it is back.
DROP VIEW IF EXISTS customer_summary;
DROP TRIGGER take_contact_phone ON customers;
DROP FUNCTION take_contact_phone();
DROP FUNCTION phone_of(text);
ALTER TABLE customers DROP COLUMN phone_number;
