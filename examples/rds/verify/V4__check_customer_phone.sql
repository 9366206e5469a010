-- Numbers that nobody can call: each row is a fault.
SELECT customer_id FROM shop.customers WHERE phone_number !~ '^[+]?[1-9][0-9]{1,14}$';
