DROP TABLE user_api.users;
