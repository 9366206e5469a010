-- The view reads the tables; the repeatable script makes it anew when they are back.
DROP VIEW IF EXISTS shop.order_totals;
DROP TABLE shop.order_lines;
DROP TABLE shop.orders;
DROP FUNCTION shop.refuse_revival();
