CREATE TABLE shop.customers (
  customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  contact_phone text
);
COMMENT ON TABLE shop.customers IS 'Customers of the shop in ${environment}';
