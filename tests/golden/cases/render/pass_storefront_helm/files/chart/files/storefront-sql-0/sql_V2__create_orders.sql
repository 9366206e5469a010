CREATE TABLE shop.orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint      NOT NULL REFERENCES shop.customers (id),
    status      text        NOT NULL DEFAULT 'open',
    placed_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT orders_status_known CHECK (status IN ('open', 'paid', 'shipped', 'cancelled'))
);

CREATE TABLE shop.order_lines (
    order_id    bigint NOT NULL REFERENCES shop.orders (id) ON DELETE CASCADE,
    product_id  bigint NOT NULL REFERENCES shop.products (id),
    quantity    int    NOT NULL CHECK (quantity > 0),
    price_cents bigint NOT NULL CHECK (price_cents >= 0),
    PRIMARY KEY (order_id, product_id)
);

-- A cancelled order stays cancelled.
CREATE FUNCTION shop.refuse_revival() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF old.status = 'cancelled' AND new.status <> 'cancelled' THEN
        RAISE EXCEPTION 'order % is cancelled', old.id USING errcode = 'check_violation';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER orders_refuse_revival
    BEFORE UPDATE OF status ON shop.orders
    FOR EACH ROW EXECUTE FUNCTION shop.refuse_revival();
