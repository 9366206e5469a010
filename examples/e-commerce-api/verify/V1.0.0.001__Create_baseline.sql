SELECT to_regclass('public.users') IS NOT NULL AS users_exist;
