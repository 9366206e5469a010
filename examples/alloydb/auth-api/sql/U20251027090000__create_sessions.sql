DROP TABLE auth_api.sessions;
DROP SCHEMA auth_api;
