CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON user_api.users (lower(email));
