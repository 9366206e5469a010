DROP INDEX CONCURRENTLY shop.idx_customers_phone;
