DROP TABLE auth_api.sessions;
