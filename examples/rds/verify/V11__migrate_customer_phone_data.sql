-- Each row is a number that was left behind.
SELECT customer_id FROM customers WHERE phone_number IS NULL AND phone_of(contact_phone) IS NOT NULL;
