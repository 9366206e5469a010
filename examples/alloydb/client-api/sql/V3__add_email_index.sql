-- One account for each address, however it is written.
CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON client_api.users (lower(email));
