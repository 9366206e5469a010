-- windlass: contract
DROP TRIGGER both_names ON crm.customers;
DROP FUNCTION crm.both_names();
ALTER TABLE crm.customers DROP COLUMN name;
