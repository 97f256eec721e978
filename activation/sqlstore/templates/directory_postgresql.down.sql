-- A template: what takes away the view and the indexes of directory_postgresql.sql.
SET LOCAL lock_timeout = '5s';
DROP VIEW people;
DROP INDEX users_by_id, users_by_name, users_by_last_seen;
