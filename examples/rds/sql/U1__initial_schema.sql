DROP VIEW IF EXISTS customer_summary;
DROP TABLE customers;
