DROP INDEX CONCURRENTLY user_api.idx_users_email;
