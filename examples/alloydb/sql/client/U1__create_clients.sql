DROP TABLE client_api.clients;
