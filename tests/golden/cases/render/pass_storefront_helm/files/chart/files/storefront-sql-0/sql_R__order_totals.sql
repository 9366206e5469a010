-- Applied again whenever this file changes.
CREATE OR REPLACE VIEW shop.order_totals AS
SELECT o.id AS order_id,
       o.customer_id,
       o.status,
       count(l.product_id)                                AS lines,
       coalesce(sum(l.quantity * l.price_cents), 0)::bigint AS total_cents
FROM shop.orders o
LEFT JOIN shop.order_lines l ON l.order_id = o.id
GROUP BY o.id;
