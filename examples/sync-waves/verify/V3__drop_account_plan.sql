-- Each row is a trigger that writes a column that is gone. Before V3 the column is there.
SELECT tgname
FROM pg_trigger
WHERE tgrelid = 'app.accounts'::regclass AND tgname = 'tier_and_plan'
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = tgrelid AND attname = 'plan' AND NOT attisdropped);
