-- Two roles for PostgreSQL, made once by a superuser:  psql -v app_password=… -v owner_password=… -v database=qingdan -f deploy/roles.sql
-- qingdan_owner owns the tables and triggers and runs migrate; qingdan_app is what the site and run_worker connect as.
-- After each migrate, as qingdan_owner:  manage.py grant_application qingdan_app
CREATE ROLE qingdan_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE qingdan_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
-- What a page may take, whatever the settings of the application say: a second line behind STATEMENT_SECONDS.
ALTER ROLE qingdan_app SET statement_timeout = '60s';
ALTER ROLE qingdan_app SET lock_timeout = '30s';
ALTER ROLE qingdan_app SET idle_in_transaction_session_timeout = '10min';
CREATE DATABASE :"database" OWNER qingdan_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO qingdan_app;
