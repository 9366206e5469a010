-- What currency an order was in is lost.
ALTER TABLE shop.orders DROP CONSTRAINT orders_currency_known;
DROP TRIGGER orders_fill_currency ON shop.orders;
DROP FUNCTION shop.fill_currency();
ALTER TABLE shop.orders DROP COLUMN currency;
