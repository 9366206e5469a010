DROP INDEX CONCURRENTLY IF EXISTS shop.orders_customer_placed_idx;
