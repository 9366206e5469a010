CREATE OR REPLACE VIEW shop.customer_summary AS
SELECT count(*) AS customers, count(phone_number) AS with_phone FROM shop.customers;
