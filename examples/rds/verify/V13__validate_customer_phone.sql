SELECT convalidated AS every_number_is_checked
FROM pg_constraint
WHERE conrelid = 'customers'::regclass AND conname = 'chk_phone_format';
