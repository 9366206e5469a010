DROP INDEX CONCURRENTLY client_api.idx_users_email;
