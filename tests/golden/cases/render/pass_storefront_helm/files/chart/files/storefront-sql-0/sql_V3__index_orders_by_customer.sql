-- Alone in its script: CONCURRENTLY cannot run in a transaction, and does not block the shop meanwhile.
CREATE INDEX CONCURRENTLY orders_customer_placed_idx ON shop.orders (customer_id, placed_at DESC);
