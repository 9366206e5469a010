DROP VIEW IF EXISTS shop.customer_summary;
DROP TABLE shop.customers;
