CREATE TABLE shop.customers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email      text        NOT NULL,
    full_name  text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT customers_email_looks_like_one CHECK (email LIKE '%_@_%')
);

CREATE UNIQUE INDEX customers_email_key ON shop.customers (lower(email));

CREATE TABLE shop.products (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku         text   NOT NULL UNIQUE,
    name        text   NOT NULL,
    price_cents bigint NOT NULL CHECK (price_cents >= 0)
);

COMMENT ON COLUMN shop.products.price_cents IS 'in hundredths; what it costs now, orders keep their own price';

INSERT INTO shop.products (sku, name, price_cents) VALUES
    ('ROPE-10', 'Rope, 10 m',        1290),
    ('ROPE-50', 'Rope, 50 m',        4990),
    ('CLEAT-S', 'Cleat, small',       450),
    ('SHACKLE', 'Shackle; stainless', 790);
