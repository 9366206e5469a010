-- Holds when the release is verified and also when the old column is gone.
SELECT id FROM crm.customers WHERE family_name IS NULL;
