CREATE OR REPLACE VIEW customer_summary AS
SELECT count(*) AS customers, count(phone_number) AS with_phone FROM customers;
