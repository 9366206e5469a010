ALTER TABLE customers
DROP CONSTRAINT IF EXISTS chk_phone_format;
