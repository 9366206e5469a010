-- No product without a price in sight: each row is a fault.
SELECT sku, price_cents FROM shop.products WHERE price_cents = 0;
