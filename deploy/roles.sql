-- Two roles and the database for PostgreSQL, made once by a superuser:
--   psql -v app_password=… -v owner_password=… -v database=qingdan -f deploy/roles.sql
-- qingdan_owner owns the tables and triggers and runs migrate; qingdan_app is what the site and run_worker connect as
-- (other names: -v owner=… -v app=…). After each migrate, as the owner:  manage.py grant_application qingdan_app
\set ON_ERROR_STOP on
\if :{?owner}
\else
  \set owner qingdan_owner
\endif
\if :{?app}
\else
  \set app qingdan_app
\endif
CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
-- What a page may take, whatever the settings of the application say: a second line behind STATEMENT_SECONDS.
ALTER ROLE :"app" SET statement_timeout = '60s';
ALTER ROLE :"app" SET lock_timeout = '30s';
ALTER ROLE :"app" SET idle_in_transaction_session_timeout = '10min';
CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"app";
-- Before PostgreSQL 15 whoever connects may make tables here, and only the schema's owner can take that away.
\connect :"database"
ALTER SCHEMA public OWNER TO :"owner";
