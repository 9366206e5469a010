SELECT 'the table items is missing' WHERE to_regclass('items') IS NULL;
