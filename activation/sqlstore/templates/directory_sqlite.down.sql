-- A template: what takes away the view and the indexes of directory_sqlite.sql.
DROP VIEW people;
DROP INDEX users_by_id;
DROP INDEX users_by_name;
DROP INDEX users_by_last_seen;
