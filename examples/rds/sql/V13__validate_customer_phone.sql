-- Reads every row, while others read and write.
ALTER TABLE customers VALIDATE CONSTRAINT chk_phone_format;
