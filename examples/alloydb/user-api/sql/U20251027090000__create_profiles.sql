DROP TABLE user_api.profiles;
DROP SCHEMA user_api;
