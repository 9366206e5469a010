ALTER TABLE shop.customers DROP CONSTRAINT chk_phone_format;
