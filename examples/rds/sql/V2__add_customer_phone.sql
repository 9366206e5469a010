-- Expand: the running release knows nothing of it.
ALTER TABLE shop.customers ADD COLUMN phone_number varchar(20);
