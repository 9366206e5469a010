-- Orders were all in one currency so far. The column has no default on purpose: new code names its currency,
-- and the trigger below stands in for code that does not know it yet.
ALTER TABLE shop.orders ADD COLUMN currency text;

UPDATE shop.orders SET currency = '${default_currency}' WHERE currency IS NULL;

CREATE FUNCTION shop.fill_currency() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    new.currency := coalesce(new.currency, '${default_currency}');
    RETURN new;
END;
$$;

CREATE TRIGGER orders_fill_currency
    BEFORE INSERT OR UPDATE ON shop.orders
    FOR EACH ROW EXECUTE FUNCTION shop.fill_currency();

ALTER TABLE shop.orders
    ADD CONSTRAINT orders_currency_known CHECK (currency IS NOT NULL AND currency ~ '^[A-Z]{3}$');
