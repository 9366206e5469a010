-- Phase 3: new rows are checked from now on. The old ones are read in V13, because what this locks is locked until its
-- transaction ends.
ALTER TABLE customers
ADD CONSTRAINT chk_phone_format
CHECK (phone_number ~ '^\+?[1-9]\d{1,14}$') NOT VALID;
