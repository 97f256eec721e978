-- A template: what takes away the view and the indexes of directory_mysql.sql.
DROP VIEW people;
DROP INDEX users_by_id ON users;
DROP INDEX users_by_name ON users;
DROP INDEX users_by_last_seen ON users;
