-- The database of a service and who may do what in it: once in each environment, by psql as an administrator who is a
-- member of the migrating role. Both roles are there: IAM makes them.
--   psql -v database=client_api_db -v migrate=client-api-migrate@... -v application=client-api@... -f roles.sql
CREATE DATABASE :"database" OWNER :"migrate";
\connect :"database"
-- Whatever the migrations make, the history table for the guard included.
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrate" GRANT USAGE ON SCHEMAS TO :"application";
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrate" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"application";
