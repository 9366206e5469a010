-- Each row is an index that is missing or unfinished.
SELECT name
FROM unnest(ARRAY['public.idx_orders_user_id', 'public.idx_orders_status']) AS name
LEFT JOIN pg_index ON indexrelid = to_regclass(name)
WHERE indisvalid IS NOT TRUE;
