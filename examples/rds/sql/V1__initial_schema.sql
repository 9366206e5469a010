CREATE TABLE customers (
  customer_id varchar(20) PRIMARY KEY,
  name varchar(200) NOT NULL,
  email varchar(255) NOT NULL,
  contact_phone varchar(40)
);
COMMENT ON TABLE customers IS 'Customers of the shop in ${environment}';
