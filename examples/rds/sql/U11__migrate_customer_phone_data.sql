-- Nothing to take back: the numbers go with their column, by U10.
SELECT count(phone_number) AS numbers_that_stay FROM customers;
