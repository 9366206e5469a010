CREATE INDEX CONCURRENTLY idx_customers_phone
ON customers(phone_number)
WHERE phone_number IS NOT NULL;
