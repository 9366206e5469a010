-- No way from valid to not valid but to make it anew.
ALTER TABLE customers DROP CONSTRAINT chk_phone_format;
ALTER TABLE customers
ADD CONSTRAINT chk_phone_format
CHECK (phone_number ~ '^\+?[1-9]\d{1,14}$') NOT VALID;
