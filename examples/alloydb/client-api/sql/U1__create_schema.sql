DROP SCHEMA client_api;
