-- True: the index is there and PostgreSQL uses it.
SELECT EXISTS (
    SELECT FROM pg_index
    WHERE indexrelid = to_regclass('shop.orders_customer_placed_idx') AND indisvalid AND indisready
) AS index_is_usable;
