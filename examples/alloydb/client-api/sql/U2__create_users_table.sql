DROP TABLE client_api.users;
