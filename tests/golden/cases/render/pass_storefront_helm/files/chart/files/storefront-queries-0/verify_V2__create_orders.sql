-- Each row is an order that was shipped with nothing in it.
SELECT o.id, o.status
FROM shop.orders o
WHERE o.status = 'shipped'
  AND NOT EXISTS (SELECT FROM shop.order_lines l WHERE l.order_id = o.id);
