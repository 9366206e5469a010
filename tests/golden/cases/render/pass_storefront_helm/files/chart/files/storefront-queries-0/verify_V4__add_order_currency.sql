-- Each row is an order without a currency.
SELECT id, currency FROM shop.orders WHERE currency IS NULL OR currency !~ '^[A-Z]{3}$';
